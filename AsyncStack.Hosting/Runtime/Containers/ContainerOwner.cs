using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>Which AppHost a container belongs to, so that the next one may remove what a killed one left.</summary>
internal static class ContainerOwner
{
    /// <summary>Label that holds the owner.</summary>
    public const string Label = "asyncstack.owner";

    // Process ids mean something only within their namespace; an AppHost in a container must not judge those outside.
    private static readonly string Namespace = File.ResolveLinkTarget("/proc/self/ns/pid", returnFinalTarget: false)?.Name ?? "";

    /// <summary>This process.</summary>
    public static string Current { get; } = $"{Namespace}/{Environment.ProcessId}/{ProcessIdentity.StartTime(Environment.ProcessId)}";

    /// <summary>Whether the owner can be judged from here and has ended.</summary>
    public static bool HasEnded(string owner) =>
        owner.Split('/') is [var space, var processId, var startTime]
        && space == Namespace
        && int.TryParse(processId, out var id)
        && ProcessIdentity.StartTime(id) != startTime;
}
