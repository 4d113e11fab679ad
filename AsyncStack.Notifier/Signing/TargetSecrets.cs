namespace AsyncStack.Notifier.Signing;

/// <summary>The secrets that an operator gave a single target; the newest one first, and among them those before it while they overlap.</summary>
internal static class TargetSecrets
{
    /// <summary>Stands for the configured secrets.</summary>
    public const string Configured = "";

    /// <summary>
    /// In SQL, for a row <c>d</c> with a <c>target_url</c> and the parameter <c>@now</c>: their array, null for a target that has none.
    /// </summary>
    public const string Sql = """
        (select array_agg(coalesce(s.secret, '') order by s.id desc) from webhook_endpoints e join webhook_secrets s on s.endpoint_id = e.id
         where e.url = d.target_url and (s.expires_at is null or s.expires_at > @now))
        """;
}
