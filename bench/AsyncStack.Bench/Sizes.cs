namespace AsyncStack.Bench;

/// <summary>How much of everything one run measures; jobs are counted so that each system is busy for about ten seconds.</summary>
internal sealed record Sizes
{
    public static Sizes Full { get; } = new();

    /// <summary>A look in under two minutes; its figures scatter more.</summary>
    public static Sizes Quick { get; } = new()
    {
        Accept = TimeSpan.FromSeconds(3),
        Jobs = 15_000,
        CallbackJobs = 5_000,
        PeerJobs = 1_500,
        RawMessages = 20_000,
        Latency = TimeSpan.FromSeconds(6),
        Idle = TimeSpan.FromSeconds(5),
        Grpc = TimeSpan.FromSeconds(2),
        Resources = 4_000,
        TelemetryRounds = 3,
        AuthRounds = 3,
        TelemetryJobs = 15_000,
    };

    public TimeSpan Accept { get; private init; } = TimeSpan.FromSeconds(6);

    public int Jobs { get; private init; } = 60_000;

    public int CallbackJobs { get; private init; } = 20_000;

    public int PeerJobs { get; private init; } = 5_000;

    public int RawMessages { get; private init; } = 50_000;

    public TimeSpan Latency { get; private init; } = TimeSpan.FromSeconds(20);

    public TimeSpan Idle { get; private init; } = TimeSpan.FromSeconds(10);

    /// <summary>About how long each kind of gRPC call is made.</summary>
    public TimeSpan Grpc { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Resources that are created, read, replaced and deleted.</summary>
    public int Resources { get; private init; } = 15_000;

    /// <summary>How often the rate is measured with telemetry and without.</summary>
    public int TelemetryRounds { get; private init; } = 13;

    /// <summary>How often the accept rate is measured with a key and without.</summary>
    public int AuthRounds { get; private init; } = 9;

    /// <summary>Jobs of one measurement of telemetry.</summary>
    public int TelemetryJobs { get; private init; } = 30_000;
}
