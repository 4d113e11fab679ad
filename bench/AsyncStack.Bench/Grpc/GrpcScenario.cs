using AsyncStack.Bench.Load;
using AsyncStack.Bench.Reporting;
using Npgsql;

namespace AsyncStack.Bench.Grpc;

/// <summary>The unary calls that both servers of task.v1 get, each kind counted after a warm-up of its own.</summary>
/// <param name="address">The server.</param>
/// <param name="database">Where it keeps its table <c>tasks</c>.</param>
/// <param name="figures">Takes what is measured.</param>
internal sealed class GrpcScenario(Uri address, NpgsqlDataSource database, GrpcFigures figures)
{
    private const string Check = "/grpc.health.v1.Health/Check";
    private const string Process = "/task.v1.TaskService/ProcessTask";
    private const string Get = "/task.v1.TaskService/GetTaskStatus";

    private static readonly byte[] NewTask = GrpcMessage.Of((1, "resource-17"), (2, "reindex"));

    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var client = new GrpcClient(address);
        figures.Check = await MeasureAsync(client, Check, GrpcMessage.Of(), duration, cancellationToken);
        var before = await CountTasksAsync(cancellationToken);
        figures.Process = await MeasureAsync(client, Process, NewTask, duration, cancellationToken);
        var missing = figures.Process.Calls - (await CountTasksAsync(cancellationToken) - before);
        if (missing != 0)
            figures.Faults.Add($"{Process}: {missing} answered calls left no row");
        var id = GrpcMessage.FirstText(await client.CallAsync(Process, NewTask, cancellationToken));
        figures.Get = await MeasureAsync(client, Get, GrpcMessage.Of((1, id)), duration, cancellationToken);
    }

    private async Task<CallFigures> MeasureAsync(
        GrpcClient client, string path, byte[] message, TimeSpan duration, CancellationToken cancellationToken)
    {
        const int WarmUp = 4_000;
        var method = new Uri(address, path);
        var answer = await client.CallAsync(path, message, cancellationToken);
        var pace = await H2Load.CallAsync(method, message, WarmUp, cancellationToken);
        var calls = (int)(pace.PerSecond * duration.TotalSeconds);
        var result = await H2Load.CallAsync(method, message, calls, cancellationToken);
        if (pace.Failed + result.Failed > 0)
            figures.Faults.Add($"{path}: {pace.Failed + result.Failed} calls failed");
        // A refusal is a 200 too, but without a message. Times in an answer make it a few bytes longer or shorter.
        var (bytes, expected) = (pace.DataBytes + result.DataBytes, (long)answer.Length * (WarmUp + calls));
        if (Math.Abs(bytes - expected) > expected / 20)
            figures.Faults.Add($"{path}: the answers have {bytes} bytes and should have about {expected}");
        return new CallFigures(result.PerSecond, result.Latency, 1 + WarmUp + calls);
    }

    private async Task<long> CountTasksAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select count(*) from tasks where action = 'reindex'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
