using System.Security.Claims;

namespace AsyncStack.Api.Identity;

/// <summary>Who calls. It never changes, so that all requests of a key share one.</summary>
internal sealed class CallerIdentity : ClaimsIdentity
{
    /// <summary>The tenant that a caller is of unless its credential says otherwise.</summary>
    public const string DefaultTenant = "default";

    /// <summary>The claim of the tenant.</summary>
    public const string TenantClaim = "tenant";

    private const string NameClaim = "name";

    /// <param name="kind">What it was known by: <c>key</c>, <c>token</c>, or <c>anonymous</c>.</param>
    /// <param name="name">As the audit names it.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="expiresAt">When its credential ends; null for never.</param>
    /// <param name="keyPrefix">What names its key; null when it has none.</param>
    public CallerIdentity(string kind, string name, string tenant, Scopes scopes, DateTimeOffset? expiresAt = null, string? keyPrefix = null)
        : base([new Claim(NameClaim, name), new Claim(TenantClaim, tenant)], kind, NameClaim, ClaimTypes.Role)
    {
        (CallerName, Tenant, Scopes, ExpiresAt, KeyPrefix) = (name, tenant, scopes, expiresAt, keyPrefix);
        Principal = new ClaimsPrincipal(this);
    }

    /// <summary>Who was not asked.</summary>
    public static CallerIdentity Anonymous { get; } = new("anonymous", "anonymous", DefaultTenant, Scopes.Admin);

    public string CallerName { get; }

    public string Tenant { get; }

    public Scopes Scopes { get; }

    public DateTimeOffset? ExpiresAt { get; }

    public string? KeyPrefix { get; }

    public ClaimsPrincipal Principal { get; }

    /// <summary>The caller of a request; null when it has shown nothing that counts.</summary>
    public static CallerIdentity? Of(HttpContext context) => context.User.Identity as CallerIdentity;
}
