using AsyncStack.Bench.Graph;
using AsyncStack.Bench.Jobs;
using AsyncStack.Bench.Load;
using AsyncStack.Bench.Reporting;
using Npgsql;

namespace AsyncStack.Bench.Telemetry;

/// <summary>
/// What telemetry costs: the end-to-end job rate of a graph that exports everything against one that exports nothing, in turns. While one
/// is measured, the other's services stand still.
/// </summary>
/// <param name="off">A graph without an OTLP endpoint.</param>
/// <param name="on">The same with one.</param>
/// <param name="sinkPort">Where the second exports to, if this program is to take it; null when it has a receiver of its own.</param>
/// <param name="figures">Takes what is measured.</param>
internal sealed class TelemetryScenario(RunningGraph off, RunningGraph on, int? sinkPort, TelemetryFigures figures)
{
    public async Task RunAsync(int rounds, int jobs, CancellationToken cancellationToken)
    {
        await using var sink = sinkPort is { } port ? await OtlpSink.StartAsync(port, cancellationToken) : null;
        await MeasureAsync(off, on, jobs / 2, cancellationToken);
        await MeasureAsync(on, off, jobs / 2, cancellationToken);
        for (var round = 0; round < rounds; round++)
        {
            // Neither is always the first, which the machine may treat better or worse.
            var offFirst = round % 2 == 0;
            if (offFirst)
                figures.Off.Add(await MeasureAsync(off, on, jobs, cancellationToken));
            figures.On.Add(await MeasureAsync(on, off, jobs, cancellationToken));
            if (!offFirst)
                figures.Off.Add(await MeasureAsync(off, on, jobs, cancellationToken));
        }

        figures.ReceivedBytes = sink?.Bytes;
        if (sink is { Bytes: 0 })
            figures.Faults.Add("nothing was exported, so there was no telemetry to measure");
    }

    private async Task<double> MeasureAsync(RunningGraph graph, RunningGraph other, int jobs, CancellationToken cancellationToken)
    {
        using var frozen = other.Freeze();
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        var system = new SystemFigures();
        var scenario = new Scenario(new JobTable(database), system);
        var plain = new Submission(new Uri(graph.Api, "/task"), Payload.Json);
        var rate = await scenario.EndToEndAsync(plain, jobs, null, cancellationToken);
        figures.Faults.AddRange(system.Faults);
        return rate.CompletedPerSecond;
    }
}
