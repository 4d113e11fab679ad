using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>A container engine of this machine that answers.</summary>
/// <param name="Program">Absolute path of its command line client.</param>
/// <param name="IsPodman">podman rather than docker.</param>
internal sealed record ContainerEngine(string Program, bool IsPodman)
{
    // A client without its daemon may hang rather than fail.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    /// <summary>The first of docker and podman that answers within 2 s; null when none does.</summary>
    public static async Task<ContainerEngine?> DetectAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["docker", "podman"])
        {
            if (Programs.Find(name) is { } program && await AnswersAsync(program, cancellationToken))
            {
                return new ContainerEngine(program, name == "podman");
            }
        }

        return null;
    }

    /// <summary>Runs one command of the client to its end.</summary>
    public Task<CommandResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        HostCommand.RunAsync(null, Program, arguments, cancellationToken: cancellationToken);

    private static async Task<bool> AnswersAsync(string program, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            // "info" asks the daemon; "version" succeeds in some clients without one.
            var result = await HostCommand.RunAsync(null, program, ["info", "--format", "{{json .}}"], cancellationToken: limit.Token);
            return result.ExitCode == 0 && !result.Output.Contains("\"ServerErrors\":[", StringComparison.Ordinal);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
