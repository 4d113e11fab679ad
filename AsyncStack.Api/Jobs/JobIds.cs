namespace AsyncStack.Api.Jobs;

/// <summary>Ids of jobs are UUIDv7 (RFC 9562), which begin with the time in milliseconds: a time is a place in their order.</summary>
internal static class JobIds
{
    // An id may be made a little before or after the time that its row bears.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    /// <summary>No job that was accepted at that time or later has a smaller one.</summary>
    public static Guid FirstAt(DateTimeOffset? time) => time is null ? Guid.Empty : Make(time.Value - Slack, 0x7000, 0x80, 0);

    /// <summary>No job that was accepted at that time or earlier has a larger one.</summary>
    public static Guid LastAt(DateTimeOffset? time) => time is null ? Guid.AllBitsSet : Make(time.Value + Slack, 0x7fff, 0xbf, 0xff);

    private static Guid Make(DateTimeOffset time, short version, byte variant, byte rest)
    {
        var ms = Math.Max(0, time.ToUnixTimeMilliseconds());
        return new Guid((int)(ms >> 16), (short)ms, version, [variant, rest, rest, rest, rest, rest, rest, rest]);
    }
}
