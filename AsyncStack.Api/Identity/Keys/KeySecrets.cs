using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>What is made of the secrets of <see cref="AuthOptions"/>, and made again when they change.</summary>
internal sealed class KeySecrets : IDisposable
{
    private readonly IDisposable? _changes;
    private volatile Current _now;

    public KeySecrets(IOptionsMonitor<AuthOptions> options)
    {
        _now = new Current(options.CurrentValue);
        _changes = options.OnChange(changed => _now = new Current(changed));
    }

    public Current Now => _now;

    public void Dispose() => _changes?.Dispose();

    /// <summary>The secrets at one time.</summary>
    internal sealed class Current
    {
        private readonly string? _prefix;

        public Current(AuthOptions options)
        {
            Pepper = Encoding.UTF8.GetBytes(options.KeyHashSecret);
            SessionKey = HKDF.DeriveKey(HashAlgorithmName.SHA256, Pepper, HMACSHA256.HashSizeInBytes, info: "asyncstack session"u8.ToArray());
            if (options.BootstrapKey is { } key && KeyText.TryParse(key, out var prefix))
            {
                _prefix = prefix.ToString();
                Bootstrap = new KnownKey(new KeyRow(Guid.Empty, _prefix, KeyText.Hash(key, Pepper), CallerIdentity.DefaultTenant, Scopes.Admin, null, null), 0);
            }
        }

        /// <summary>What keys are hashed with.</summary>
        public byte[] Pepper { get; }

        /// <summary>What sessions are signed with.</summary>
        public byte[] SessionKey { get; }

        /// <summary>The key that is in no table, when it has this prefix; null otherwise.</summary>
        public KnownKey? BootstrapOf(ReadOnlySpan<char> prefix) => _prefix is not null && prefix.SequenceEqual(_prefix) ? Bootstrap : null;

        private KnownKey? Bootstrap { get; }
    }
}
