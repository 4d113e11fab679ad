using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>A row of <c>api_keys</c>, as far as it decides about a request.</summary>
internal sealed record KeyRow(
    Guid Id, string Prefix, byte[] Hash, string Tenant, Scopes Scopes, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);

/// <summary>What the database said of a key, kept for the next request with it.</summary>
/// <param name="row">The key; null when there is none.</param>
/// <param name="readAt">When it was asked for, as a timestamp.</param>
internal sealed class KnownKey(KeyRow? row, long readAt)
{
    private static readonly AuthenticateResult Unknown =
        AuthenticateResult.Fail("The key is not known here. Check that it is whole, and of this installation.");

    private readonly AuthenticateResult? _accepted = row is null ? null : Accept(row);
    private int _used;

    public long ReadAt { get; } = readAt;

    /// <summary>The key; null when there is none.</summary>
    public KeyRow? Row { get; } = row;

    /// <summary>The answer for whoever shows the whole key.</summary>
    public AuthenticateResult Check(string text, ReadOnlySpan<byte> pepper, DateTimeOffset now)
    {
        if (Row is null)
        {
            return Unknown;
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        KeyText.Hash(text, pepper, hash);
        return CryptographicOperations.FixedTimeEquals(hash, Row.Hash) ? Check(now) : Unknown;
    }

    /// <summary>The answer for whoever has proven to hold the key.</summary>
    public AuthenticateResult Check(DateTimeOffset now) =>
        Row is null ? Unknown
        : Row.RevokedAt is { } revoked ? AuthenticateResult.Fail($"The key '{KeyText.Start}{Row.Prefix}' was revoked at {revoked:O}; ask for another.")
        : Row.ExpiresAt is { } expired && expired <= now ? AuthenticateResult.Fail($"The key '{KeyText.Start}{Row.Prefix}' expired at {expired:O}; ask for another.")
        : _accepted!;

    /// <summary>Whether this is the first time that what was read lets a request in.</summary>
    public bool IsFirstUse() => Volatile.Read(ref _used) == 0 && Interlocked.Exchange(ref _used, 1) == 0;

    private static AuthenticateResult Accept(KeyRow row)
    {
        var caller = new CallerIdentity("key", $"key:{row.Prefix}", row.Tenant, row.Scopes, row.ExpiresAt, row.Prefix);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, CredentialHandler.Scheme));
    }
}
