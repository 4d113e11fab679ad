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

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static readonly byte[] NewTask = GrpcMessage.Of((1, "resource-17"), (2, "reindex"));

    public async Task RunAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        using var client = new GrpcClient(address);
        figures.Check = await MeasureAsync(client, Check, GrpcMessage.Of(), duration, cancellationToken);
        // Before many are processed: our worker would still be at those while this is counted.
        var id = await ProcessOneAsync(client, cancellationToken);
        figures.Get = await MeasureAsync(client, Get, GrpcMessage.Of((1, id)), duration, cancellationToken);
        var before = await CountTasksAsync(cancellationToken);
        figures.Process = await MeasureAsync(client, Process, NewTask, duration, cancellationToken);
        var missing = figures.Process.Calls - (await CountTasksAsync(cancellationToken) - before);
        if (missing != 0)
            figures.Faults.Add($"{Process}: {missing} answered calls left no row");
    }

    private async Task<CallFigures> MeasureAsync(
        GrpcClient client, string path, byte[] message, TimeSpan duration, CancellationToken cancellationToken)
    {
        const int FirstCalls = 4_000;
        var method = new Uri(address, path);
        var answer = await client.CallAsync(path, message, cancellationToken);
        var first = await H2Load.CallAsync(method, message, FirstCalls, cancellationToken);
        // Both servers compile what is hot while they run; a moment under full load lets them come to the end of it.
        var warmUp = (int)(first.PerSecond * WarmUp.TotalSeconds);
        var pace = await H2Load.CallAsync(method, message, warmUp, cancellationToken);
        var calls = (int)(pace.PerSecond * duration.TotalSeconds);
        var result = await H2Load.CallAsync(method, message, calls, cancellationToken);
        if (first.Failed + pace.Failed + result.Failed > 0)
            figures.Faults.Add($"{path}: {first.Failed + pace.Failed + result.Failed} calls failed");
        // A refusal is a 200 too, but without a message. Times in an answer make it a few bytes longer or shorter.
        var (bytes, expected) = (first.DataBytes + pace.DataBytes + result.DataBytes, (long)answer.Length * (FirstCalls + warmUp + calls));
        if (Math.Abs(bytes - expected) > expected / 20)
            figures.Faults.Add($"{path}: the answers have {bytes} bytes and should have about {expected}");
        return new CallFigures(result.PerSecond, result.Latency, 1 + FirstCalls + warmUp + calls);
    }

    /// <summary>A task that is done with: while it waits, its answer is shorter.</summary>
    private static async Task<string> ProcessOneAsync(GrpcClient client, CancellationToken cancellationToken)
    {
        var id = GrpcMessage.FirstText(await client.CallAsync(Process, NewTask, cancellationToken));
        var asked = GrpcMessage.Of((1, id));
        var (before, now) = (-1, 0);
        while (before != now)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            (before, now) = (now, (await client.CallAsync(Get, asked, cancellationToken)).Length);
        }

        return id;
    }

    private async Task<long> CountTasksAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select count(*) from tasks where action = 'reindex'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
