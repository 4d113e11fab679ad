namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>Asks a server of which nothing is known: whether it takes connections.</summary>
internal static class PortProbe
{
    /// <summary>Null when every port takes a connection, else the reason one did not.</summary>
    public static async Task<string?> ReadyAsync(IEnumerable<int> ports, CancellationToken cancellationToken)
    {
        foreach (var port in ports)
        {
            if (await LoopbackStream.ProbeAsync(port, (_, _) => Task.FromResult<string?>(null), cancellationToken) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }
}
