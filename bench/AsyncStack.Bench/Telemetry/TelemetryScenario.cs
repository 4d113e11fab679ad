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
        await MeasureAsync(off, on, jobs, [], [], cancellationToken);
        await MeasureAsync(on, off, jobs, [], [], cancellationToken);
        await Turns.TakeAsync(
            rounds,
            () => MeasureAsync(off, on, jobs, figures.Off, figures.OffCpu, cancellationToken),
            () => MeasureAsync(on, off, jobs, figures.On, figures.OnCpu, cancellationToken));
        figures.ReceivedBytes = sink?.Bytes;
        if (sink is { Bytes: 0 })
            figures.Faults.Add("nothing was exported, so there was no telemetry to measure");
    }

    private async Task MeasureAsync(
        RunningGraph graph,
        RunningGraph other,
        int jobs,
        List<double> rates,
        List<IReadOnlyDictionary<string, double>> cpu,
        CancellationToken cancellationToken)
    {
        using var frozen = other.Freeze();
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        var system = new SystemFigures();
        var scenario = new Scenario(new JobTable(database), system);
        var plain = new Submission(new Uri(graph.Api, "/task"), Payload.Json);
        var before = CpuTimes(graph);
        rates.Add((await scenario.EndToEndAsync(plain, jobs, null, cancellationToken)).CompletedPerSecond);
        cpu.Add(CpuTimes(graph).ToDictionary(p => p.Key, p => (p.Value - before[p.Key]).TotalMicroseconds / jobs, StringComparer.Ordinal));
        figures.Faults.AddRange(system.Faults);
    }

    private static Dictionary<string, TimeSpan> CpuTimes(RunningGraph graph) =>
        new(graph.Processes.Select(p => KeyValuePair.Create(p.Name, p.CpuTime())), StringComparer.Ordinal)
        {
            [TelemetryFigures.Machine] = ServiceProcess.MachineCpuTime(),
        };
}
