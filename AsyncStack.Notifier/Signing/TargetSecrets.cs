using AsyncStack.Core.Encryption;
using AsyncStack.Core.Webhooks;

namespace AsyncStack.Notifier.Signing;

/// <summary>The secrets that an operator gave a single target; the newest one first, and among them those before it while they overlap.</summary>
internal static class TargetSecrets
{
    /// <summary>Stands for the configured secrets.</summary>
    public const string Configured = "";

    /// <summary>
    /// In SQL, for a row <c>d</c> with a <c>target_url</c> and the parameter <c>@now</c>: their array, null for a target that has none. Each is
    /// as it is stored, after its row and a space.
    /// </summary>
    public const string Sql = $"""
        (select array_agg(coalesce({WebhookSecret.RowSql} || ' ' || s.secret, '{Configured}') order by s.id desc) from webhook_endpoints e join webhook_secrets s on s.endpoint_id = e.id
         where e.url = d.target_url and (s.expires_at is null or s.expires_at > @now))
        """;

    /// <summary>One of them as it signs.</summary>
    /// <exception cref="DecryptionException">It cannot be decrypted.</exception>
    public static string Read(string stored, FieldCipher cipher) => stored.Split(' ', 2) is [var row, var secret]
        ? cipher.Decrypt(secret, row)
        : throw new ArgumentException("A target's secret has no row.", nameof(stored));
}
