using AsyncStack.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AsyncStack.Hosting.Running;

/// <summary>What a snapshot means to those who wait for it or show it.</summary>
internal static class SnapshotReading
{
    // The resource is as its worst replica is.
    private static readonly string[] WorstFirst =
    [
        KnownResourceStates.FailedToStart, KnownResourceStates.Exited, KnownResourceStates.Stopping, KnownResourceStates.NotStarted,
        KnownResourceStates.Waiting, KnownResourceStates.Starting, KnownResourceStates.Running, KnownResourceStates.Finished,
    ];

    public static CustomResourceSnapshot Combine(string type, IReadOnlyDictionary<string, string> urls, IReadOnlyList<ReplicaSnapshot> replicas)
    {
        var worst = replicas.MinBy(r => Array.IndexOf(WorstFirst, r.State))!;
        return new CustomResourceSnapshot
        {
            ResourceType = type,
            Urls = urls,
            Replicas = replicas,
            State = worst.State,
            Reason = worst.Reason ?? replicas.Select(r => r.Reason).FirstOrDefault(r => r is not null),
            ExitCode = worst.ExitCode,
            HealthStatus = worst.State == KnownResourceStates.Running ? replicas.Min(r => r.HealthStatus ?? HealthStatus.Unhealthy) : null,
            StartTimeStamp = replicas.Min(r => r.StartedAt),
            StopTimeStamp = replicas.Max(r => r.StoppedAt),
        };
    }

    public static bool Is(this CustomResourceSnapshot snapshot, string state) => snapshot.State?.Text == state;

    public static bool IsHealthy(this CustomResourceSnapshot snapshot)
        => snapshot.Is(KnownResourceStates.Running) && snapshot.HealthStatus == HealthStatus.Healthy;

    /// <summary>It ended and nobody asked it to.</summary>
    public static bool HasFailed(this CustomResourceSnapshot snapshot)
        => snapshot.Is(KnownResourceStates.FailedToStart)
            || (snapshot.Is(KnownResourceStates.Exited) && snapshot.Replicas.Any(r => r.State == KnownResourceStates.Exited && !r.StoppedOnCommand));

    /// <summary>It has come as far as the graph wants it to come by itself.</summary>
    public static bool IsReady(this CustomResourceSnapshot snapshot)
        => snapshot.IsHealthy() || snapshot.Is(KnownResourceStates.Finished) || snapshot.Is(KnownResourceStates.NotStarted);

    /// <summary>State and health in one word, for people.</summary>
    public static string Display(this CustomResourceSnapshot snapshot) => snapshot.State?.Text switch
    {
        KnownResourceStates.Running when snapshot.HealthStatus == HealthStatus.Healthy => "Healthy",
        KnownResourceStates.Running when snapshot.Reason is not null => "Unhealthy",
        KnownResourceStates.FailedToStart => "Failed",
        KnownResourceStates.Exited => snapshot.HasFailed() ? "Failed" : "Stopped",
        { } state => state,
        null => KnownResourceStates.Waiting,
    };
}
