namespace AsyncStack.Bench.Graph;

/// <summary>A graph that was started elsewhere: where its servers and its Api are, and which processes are ours.</summary>
/// <param name="Servers">Its Postgres, RabbitMQ and Redis.</param>
/// <param name="Api">The Api's own address, past the gateway: the peer has none either.</param>
/// <param name="ApiGrpc">The same for gRPC, HTTP/2 without TLS.</param>
/// <param name="WebhookSecret">What its callbacks are signed with, <c>whsec_…</c>.</param>
/// <param name="Processes">The AppHost and the services, the AppHost first.</param>
internal sealed record RunningGraph(
    ServerAddresses Servers, Uri Api, Uri ApiGrpc, string WebhookSecret, IReadOnlyList<ServiceProcess> Processes)
{
    /// <summary>Stops our processes where they are, so that a peer has the machine alone; undone when disposed.</summary>
    public IDisposable Freeze()
    {
        // The AppHost first and last: it must not see its services stand still and restart them.
        foreach (var process in Processes)
            _ = Posix.Kill(process.Id, Posix.Stop);
        return new Thaw(Processes);
    }

    private sealed class Thaw(IReadOnlyList<ServiceProcess> processes) : IDisposable
    {
        public void Dispose()
        {
            foreach (var process in processes.Reverse())
                _ = Posix.Kill(process.Id, Posix.Continue);
        }
    }
}
