namespace AsyncStack.Core.Storage;

/// <summary>How long a signed URL may live: what S3 allows, for both drivers.</summary>
internal static class SignedUrlLifetime
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    public static void Require(TimeSpan expiresIn)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(expiresIn, Shortest);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(expiresIn, Longest);
    }
}
