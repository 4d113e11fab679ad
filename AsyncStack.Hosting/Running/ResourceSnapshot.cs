using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>Names of the states a resource passes through.</summary>
public static class KnownResourceStates
{
    /// <summary>It starts only on command and has had none.</summary>
    public const string NotStarted = nameof(NotStarted);

    /// <summary>Something it waits for has not come far enough.</summary>
    public const string Waiting = nameof(Waiting);

    /// <summary>It is being started, or waits to be started again after a crash.</summary>
    public const string Starting = nameof(Starting);

    /// <summary>Its process runs; health is told apart from that.</summary>
    public const string Running = nameof(Running);

    /// <summary>It is being stopped.</summary>
    public const string Stopping = nameof(Stopping);

    /// <summary>It was stopped on command, or ended with an error and is not started again.</summary>
    public const string Exited = nameof(Exited);

    /// <summary>It ended by itself with exit code 0.</summary>
    public const string Finished = nameof(Finished);

    /// <summary>It could not be started.</summary>
    public const string FailedToStart = nameof(FailedToStart);

    /// <summary>States that end a run of a resource.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>A state with room for how it is shown.</summary>
public sealed record ResourceStateSnapshot(string Text)
{
    /// <summary>A state by its name.</summary>
    public static implicit operator ResourceStateSnapshot(string text) => new(text);
}

/// <summary>A resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>Kind of the resource, for example <c>Project</c>.</summary>
    public required string ResourceType { get; init; }

    /// <summary>One of <see cref="KnownResourceStates"/>.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>What its health checks say; healthy if it has none; null while it does not run.</summary>
    public HealthStatus? HealthStatus { get; init; }

    /// <summary>How its last process ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When its process was started, by the earliest replica.</summary>
    public DateTimeOffset? StartTimeStamp { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? StopTimeStamp { get; init; }

    /// <summary>Addresses of its endpoints by name.</summary>
    public IReadOnlyDictionary<string, string> Urls { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What is wrong with it, in a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>Its processes.</summary>
    public IReadOnlyList<ReplicaSnapshot> Replicas { get; init; } = [];
}

/// <summary>One process of a resource at one moment.</summary>
public sealed record ReplicaSnapshot
{
    /// <summary>From 0.</summary>
    public required int Index { get; init; }

    /// <summary>One of <see cref="KnownResourceStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Id of its process; null while there is none or only a container engine knows it.</summary>
    public int? ProcessId { get; init; }

    /// <summary>Null while it does not run.</summary>
    public HealthStatus? HealthStatus { get; init; }

    /// <summary>It was ended on command.</summary>
    public bool StoppedOnCommand { get; init; }

    /// <summary>How often it was started again after a crash.</summary>
    public int Restarts { get; init; }

    /// <summary>How its last process ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When its process was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>What is wrong with it, in a sentence.</summary>
    public string? Reason { get; init; }
}

/// <summary>A change of a resource.</summary>
public sealed class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Its id, which here is its name.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>How it is now.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
