using System.Threading.RateLimiting;

namespace AsyncStack.Api.Limits;

/// <summary>One limit of one caller or tenant.</summary>
internal sealed class WindowLimiter(string name, Limit limit, SharedWindows windows, TimeProvider time) : RateLimiter
{
    private static readonly RateLimitLease Passed = new Lease(null);

    private readonly SlidingWindow _window = windows.Open(name, limit.Rate);

    public override TimeSpan? IdleDuration => _window.IdleFor(time.GetUtcNow());

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount) =>
        _window.TryTake(time.GetUtcNow()) is { } wait ? new Lease(new Excess(limit, wait)) : Passed;

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) => new(AttemptAcquireCore(permitCount));

    protected override void Dispose(bool disposing)
    {
        windows.Close(name, _window);
        base.Dispose(disposing);
    }

    private sealed class Lease(Excess? excess) : RateLimitLease
    {
        public override bool IsAcquired => excess is null;

        public override IEnumerable<string> MetadataNames => excess is null ? [] : [Excess.Metadata.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = metadataName == Excess.Metadata.Name ? excess : null;
            return metadata is not null;
        }
    }
}

/// <summary>A limit as it is called: <c>key</c> or <c>tenant</c>.</summary>
internal sealed record Limit(string Name, RateOptions Rate);

/// <summary>A limit that was reached, and when to come again.</summary>
internal sealed record Excess(Limit Limit, TimeSpan RetryAfter)
{
    public static MetadataName<Excess> Metadata { get; } = MetadataName.Create<Excess>("asyncstack.excess");
}
