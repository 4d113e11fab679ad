namespace AsyncStack.Api.Identity.Tokens;

/// <summary>Where bearer tokens come from and what they say, section <c>Auth:Oidc</c>.</summary>
public sealed class OidcOptions
{
    private const string Section = $"{AuthOptions.Section}:Oidc";

    /// <summary>The issuer, <c>https://login.example.com/realms/work</c>; its metadata is below it at <c>.well-known/openid-configuration</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>The address of the metadata, where it is not below <see cref="Authority"/>.</summary>
    public string? MetadataAddress { get; set; }

    /// <summary>What a token's <c>aud</c> has to name.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that lists scopes, by blanks or as an array. Default <c>scope</c>.</summary>
    public string ScopesClaim { get; set; } = "scope";

    /// <summary>The claim that lists roles, which <see cref="RolesMap"/> turns into scopes. Default <c>roles</c>.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>Scopes by role, parted by blanks: <c>Auth__Oidc__RolesMap__operators=ops jobs:*</c>.</summary>
    public Dictionary<string, string> RolesMap { get; } = new(StringComparer.Ordinal);

    /// <summary>The claim that names the tenant; the default tenant where it is not set. A token without the claim is refused then.</summary>
    public string? TenantClaim { get; set; }

    /// <summary>The claim that names the caller, for the audit too. Default <c>sub</c>.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>Whether tokens are taken.</summary>
    internal bool IsOn => Address is not null;

    /// <summary>Whether the metadata may come without TLS: from this machine, while developing.</summary>
    internal bool AllowsHttp(IHostEnvironment environment) =>
        environment.IsDevelopment() && Uri.TryCreate(Address, UriKind.Absolute, out var uri) && uri.IsLoopback;

    internal IEnumerable<string> Check(IHostEnvironment environment)
    {
        if (!IsOn)
        {
            yield break;
        }

        foreach (var (name, value) in new[] { (nameof(Authority), Authority), (nameof(MetadataAddress), MetadataAddress) })
        {
            if (!string.IsNullOrEmpty(value) && !(Uri.TryCreate(value, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || AllowsHttp(environment))))
            {
                yield return $"{Section}:{name} is '{value}'; it must be an absolute https address (http only for this machine, in Development).";
            }
        }

        if (string.IsNullOrEmpty(Audience))
        {
            yield return $"{Section}:{nameof(Audience)} is missing: set it to what the issuer writes into 'aud' for this API.";
        }

        foreach (var (role, scopes) in RolesMap)
        {
            foreach (var scope in Words(scopes).Where(s => ScopeNames.Of(s) == Scopes.None))
            {
                yield return $"{Section}:{nameof(RolesMap)}:{role} names '{scope}'; it must name scopes, parted by blanks: {string.Join(", ", ScopeNames.All)}.";
            }
        }
    }

    /// <summary>What a list of scopes names.</summary>
    internal static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private string? Address => string.IsNullOrEmpty(MetadataAddress) ? string.IsNullOrEmpty(Authority) ? null : Authority : MetadataAddress;
}
