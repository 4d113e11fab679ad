using AsyncStack.Bench.Auth;
using AsyncStack.Bench.Broker;
using AsyncStack.Bench.Callbacks;
using AsyncStack.Bench.Graph;
using AsyncStack.Bench.Grpc;
using AsyncStack.Bench.Jobs;
using AsyncStack.Bench.Load;
using AsyncStack.Bench.Peers;
using AsyncStack.Bench.Reporting;
using AsyncStack.Bench.Resources;
using AsyncStack.Bench.Telemetry;
using Npgsql;

namespace AsyncStack.Bench;

/// <summary>Measures one system after another, each with the machine to itself, and prints the table.</summary>
/// <param name="graph">The running graph, whose servers all systems use.</param>
/// <param name="peers">The folder of the peers' sources.</param>
/// <param name="protos">The folder of the .proto files that the gRPC peer serves too.</param>
/// <param name="sizes">How much to measure.</param>
/// <param name="only"><c>ours</c>, <c>celery</c>, <c>raw</c>, <c>resources</c>, <c>grpc</c>, which is both servers of it, <c>telemetry</c> or <c>auth</c>; null for all.</param>
/// <param name="exporting">A second graph that exports telemetry, for which alone <c>telemetry</c> is measured; else null.</param>
/// <param name="sinkPort">Where it exports to, if this program is to take it.</param>
/// <param name="guarded">A second graph that wants a key, and its first one, for which alone <c>auth</c> is measured; else null.</param>
internal sealed class Comparison(
    RunningGraph graph, DirectoryInfo peers, DirectoryInfo protos, Sizes sizes, string? only, RunningGraph? exporting, int? sinkPort, (RunningGraph Graph, string FirstKey)? guarded)
{
    private const int RawRounds = 3;
    private static readonly Uri Nowhere = new("http://127.0.0.1:9/");

    /// <summary>Answers 0, or 1 when a job was lost, ran twice or was called back twice, or a phase broke off.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (ours, celery) = (new SystemFigures(), new SystemFigures());
        var (raw, rawFaults) = (new List<double>(), new List<string>());
        var (grpc, grpcJs, resources) = (new GrpcFigures(), new GrpcFigures(), new ResourceFigures());
        await GuardAsync("ours", ours.Faults, () => MeasureOursAsync(ours, cancellationToken));
        await GuardAsync("resources", resources.Faults, () => MeasureResourcesAsync(resources, cancellationToken));
        await GuardAsync("grpc", grpc.Faults, () => MeasureGrpcAsync(grpc, cancellationToken));
        var telemetry = new TelemetryFigures();
        if (exporting is not null)
            await GuardAsync("telemetry", telemetry.Faults, () => MeasureTelemetryAsync(exporting, telemetry, cancellationToken));
        var auth = new AuthFigures();
        if (guarded is var (second, firstKey))
            await GuardAsync("auth", auth.Faults, () => MeasureAuthAsync(second, firstKey, auth, cancellationToken));
        using (graph.Freeze())
        {
            await GuardAsync("raw", rawFaults, () => MeasureRawAsync(raw, cancellationToken));
            await GuardAsync("celery", celery.Faults, () => MeasureCeleryAsync(celery, cancellationToken));
            await GuardAsync("grpc", grpcJs.Faults, () => MeasureGrpcJsAsync(grpcJs, cancellationToken));
        }

        (string System, List<string> Faults)[] all =
            [("ours", ours.Faults), ("raw", rawFaults), ("celery", celery.Faults), ("resources", resources.Faults), ("grpc, ours", grpc.Faults), ("grpc-js", grpcJs.Faults),
             ("telemetry", telemetry.Faults), ("auth", auth.Faults)];
        string[] faults = [.. all.SelectMany(x => x.Faults, (x, fault) => $"{x.System}, {fault}")];
        Report.Write(Console.Out, ours, celery, raw.Count > 0 ? raw.Order().ElementAt(raw.Count / 2) : null);
        Report.WriteResources(Console.Out, resources);
        Report.WriteGrpc(Console.Out, grpc, grpcJs);
        Report.WriteTelemetry(Console.Out, telemetry);
        Report.WriteAuth(Console.Out, auth);
        foreach (var fault in faults)
            Console.WriteLine($"fault: {fault}");
        return faults.Length == 0 ? 0 : 1;
    }

    private async Task MeasureOursAsync(SystemFigures figures, CancellationToken cancellationToken)
    {
        var plain = new Submission(new Uri(graph.Api, "/task"), Payload.Json);
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        await using var receiver = await CallbackReceiver.StartAsync(graph.WebhookSecret, cancellationToken);
        var calledBack = new Submission(new Uri(graph.Api, "/api/process"), Payload.WithCallback(receiver.Address));
        var scenario = new Scenario(new JobTable(database), figures);

        Say("ours: warming up");
        await scenario.WarmUpAsync(plain, sizes.Jobs / 6, cancellationToken);
        Say("ours: accepting");
        await scenario.AcceptAsync(plain, sizes.Accept, cancellationToken);
        Say("ours: end to end");
        figures.EndToEnd = await scenario.EndToEndAsync(plain, sizes.Jobs, null, cancellationToken);
        Say("ours: end to end with callbacks");
        await scenario.EndToEndAsync(calledBack, sizes.CallbackJobs / 10, receiver, cancellationToken);
        figures.WithCallback = await scenario.EndToEndAsync(calledBack, sizes.CallbackJobs, receiver, cancellationToken);
        Say("ours: 50 jobs a second");
        await scenario.LatencyAsync(calledBack, sizes.Latency, receiver, cancellationToken);
        Say("ours: idle");
        figures.Processes = await ServiceProcess.MeasureIdleAsync(graph.Processes, sizes.Idle, cancellationToken);
        // Looked at last, so that a callback sent twice has had its time to arrive twice.
        if (receiver.Repeated > 0)
            figures.Faults.Add($"{receiver.Repeated} callbacks came more than once");
        if (receiver.Unsigned > 0)
            figures.Faults.Add($"{receiver.Unsigned} callbacks had no valid signature");
    }

    private async Task MeasureCeleryAsync(SystemFigures figures, CancellationToken cancellationToken)
    {
        Say("celery: starting");
        await using var peer = await CeleryPeer.StartAsync(
            graph.Servers, Path.Combine(peers.FullName, "celery"), cancellationToken);
        var submission = new Submission(CeleryPeer.Submit, Payload.WithCallback(Nowhere));
        var scenario = new Scenario(new JobTable(peer.DataSource), figures);
        Say("celery: warming up");
        await scenario.WarmUpAsync(submission, sizes.PeerJobs / 6, cancellationToken);
        Say("celery: accepting");
        await scenario.AcceptAsync(submission, sizes.Accept, cancellationToken);
        Say("celery: end to end");
        figures.EndToEnd = await scenario.EndToEndAsync(submission, sizes.PeerJobs, null, cancellationToken);
        Say("celery: 50 jobs a second");
        await scenario.LatencyAsync(submission, sizes.Latency, null, cancellationToken);
    }

    private async Task MeasureResourcesAsync(ResourceFigures figures, CancellationToken cancellationToken)
    {
        Say("resources");
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        await new ResourceScenario(graph.Api, database, figures).RunAsync(sizes.Resources, cancellationToken);
    }

    private async Task MeasureGrpcAsync(GrpcFigures figures, CancellationToken cancellationToken)
    {
        Say("grpc: ours");
        await using var database = NpgsqlDataSource.Create(graph.Servers.Postgres);
        await new GrpcScenario(graph.ApiGrpc, database, figures).RunAsync(sizes.Grpc, cancellationToken);
    }

    private async Task MeasureGrpcJsAsync(GrpcFigures figures, CancellationToken cancellationToken)
    {
        Say("grpc: grpc-js");
        await using var peer = await GrpcJsPeer.StartAsync(
            graph.Servers, Path.Combine(peers.FullName, "grpc-js"), protos.FullName, cancellationToken);
        await new GrpcScenario(peer.Address, peer.DataSource, figures).RunAsync(sizes.Grpc, cancellationToken);
    }

    private async Task MeasureTelemetryAsync(RunningGraph exporting, TelemetryFigures figures, CancellationToken cancellationToken)
    {
        Say("telemetry: off and on in turns");
        await new TelemetryScenario(graph, exporting, sinkPort, figures).RunAsync(sizes.TelemetryRounds, sizes.TelemetryJobs, cancellationToken);
    }

    private async Task MeasureAuthAsync(RunningGraph second, string firstKey, AuthFigures figures, CancellationToken cancellationToken)
    {
        Say("auth: without and with a key in turns");
        await new AuthScenario(graph, second, firstKey, figures).RunAsync(sizes.AuthRounds, sizes.Accept, cancellationToken);
    }

    private async Task MeasureRawAsync(List<double> rates, CancellationToken cancellationToken)
    {
        Say("raw: publish and consume");
        var broker = new RawBroker(graph.Servers.RabbitMq);
        await broker.MeasureAsync(sizes.RawMessages / 5, Payload.Bytes, cancellationToken);
        for (var round = 0; round < RawRounds; round++)
            rates.Add(await broker.MeasureAsync(sizes.RawMessages, Payload.Bytes, cancellationToken));
    }

    /// <summary>One system that breaks off leaves the figures of the others standing.</summary>
    private async Task GuardAsync(string system, List<string> faults, Func<Task> measure)
    {
        if (only is not null && only != system)
            return;
        try
        {
            await measure();
        }
        catch (OperationCanceledException)
        {
            faults.Add("stopped before its end, by the time limit or a signal");
        }
        catch (Exception exception)
        {
            faults.Add($"broke off: {exception.Message}");
        }
    }

    private static void Say(string phase) => Console.Error.WriteLine(phase);
}
