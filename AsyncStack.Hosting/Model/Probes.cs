namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>What a probe decides.</summary>
public enum ProbeType
{
    /// <summary>Whether the resource has started.</summary>
    Startup,

    /// <summary>Whether it may get traffic.</summary>
    Readiness,

    /// <summary>Whether it has to be restarted.</summary>
    Liveness,
}

/// <summary>A probe for orchestrators to which the graph is published.</summary>
public abstract class ProbeAnnotation : IResourceAnnotation
{
    /// <summary>What it decides.</summary>
    public required ProbeType Type { get; init; }

    /// <summary>Seconds before the first probe.</summary>
    public int InitialDelaySeconds { get; init; } = 5;

    /// <summary>Seconds between probes.</summary>
    public int PeriodSeconds { get; init; } = 5;

    /// <summary>Seconds a probe may take.</summary>
    public int TimeoutSeconds { get; init; } = 1;

    /// <summary>Failures in a row that count.</summary>
    public int FailureThreshold { get; init; } = 3;

    /// <summary>Successes in a row that count.</summary>
    public int SuccessThreshold { get; init; } = 1;
}

/// <summary>A probe by HTTP GET.</summary>
public sealed class EndpointProbeAnnotation : ProbeAnnotation
{
    /// <summary>The endpoint asked.</summary>
    public required EndpointReference EndpointReference { get; init; }

    /// <summary>Path of the request.</summary>
    public required string Path { get; init; }
}
