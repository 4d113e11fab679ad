using Microsoft.AspNetCore.Authentication;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>Tells whose a key is. For one that was asked for lately it neither waits nor touches the database.</summary>
internal sealed class KeyVerifier(KeyCache cache, KeySecrets secrets, KeyUses uses, TimeProvider time)
{
    private static readonly AuthenticateResult Malformed = AuthenticateResult.Fail($"The key has not the form of one. {KeyText.Form}");

    /// <summary>The caller that a key stands for, or why it stands for none.</summary>
    public ValueTask<AuthenticateResult> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(text, out var prefix))
        {
            return new(Malformed);
        }

        return (secrets.Now.BootstrapOf(prefix) ?? cache.Find(prefix)) is { } key
            ? new(Check(key, text))
            : new(ReadAsync(prefix.ToString(), text, cancellationToken));
    }

    /// <summary>What is known of the key with this prefix, whoever asks.</summary>
    public async ValueTask<KnownKey> FindAsync(string prefix, CancellationToken cancellationToken) =>
        secrets.Now.BootstrapOf(prefix) ?? cache.Find(prefix) ?? await cache.ReadAsync(prefix, cancellationToken);

    private async Task<AuthenticateResult> ReadAsync(string prefix, string text, CancellationToken cancellationToken) =>
        Check(await cache.ReadAsync(prefix, cancellationToken), text);

    /// <summary>The caller, when it was proven otherwise that they hold the key.</summary>
    public AuthenticateResult CheckHolder(KnownKey key) => Used(key, key.Check(time.GetUtcNow()));

    private AuthenticateResult Check(KnownKey key, string text) => Used(key, key.Check(text, secrets.Now.Pepper, time.GetUtcNow()));

    private AuthenticateResult Used(KnownKey key, AuthenticateResult answer)
    {
        if (answer.Succeeded && key.Row!.Id != Guid.Empty && key.IsFirstUse())
        {
            uses.Add(key.Row.Id);
        }

        return answer;
    }
}
