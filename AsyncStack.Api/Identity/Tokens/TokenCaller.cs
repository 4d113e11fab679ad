using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

namespace AsyncStack.Api.Identity.Tokens;

/// <summary>Turns the claims of a valid token into a caller.</summary>
internal static class TokenCaller
{
    private const int MaxNameLength = 200;

    /// <summary>The caller, or why there is none.</summary>
    public static (CallerIdentity? Caller, string Refusal) Read(ClaimsPrincipal token, OidcOptions options, DateTimeOffset expiresAt)
    {
        if (token.FindFirst(options.NameClaim)?.Value is not { Length: > 0 and <= MaxNameLength } name || name.Any(char.IsControl))
        {
            return (null, $"The token's '{options.NameClaim}' does not name a caller.");
        }

        // The audit would take it for another.
        if (name == CallerIdentity.Anonymous.CallerName || name.StartsWith("key:", StringComparison.OrdinalIgnoreCase))
        {
            return (null, $"The token's '{options.NameClaim}' is '{name}', which names no holder of a token.");
        }

        var tenant = options.TenantClaim is { Length: > 0 } claim ? token.FindFirst(claim)?.Value : CallerIdentity.DefaultTenant;
        return tenant is null || !Tenants.IsName(tenant)
            ? (null, $"The token's '{options.TenantClaim}' names no tenant. {Tenants.Form}")
            : (new CallerIdentity("token", name, tenant, ScopesOf(token, options), expiresAt), "");
    }

    /// <summary>Why a token is not taken, in words that quote nothing of it.</summary>
    public static string Explain(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired; get a new one.",
        SecurityTokenNotYetValidException => "The token is not valid yet; check the clocks.",
        SecurityTokenInvalidAudienceException => "The token is meant for somebody else: its 'aud' does not name this API.",
        SecurityTokenInvalidIssuerException => "The token comes from another issuer than the one that is trusted here.",
        SecurityTokenException or ArgumentException or null => "The token is not signed as tokens of the trusted issuer are.",
        _ => exception.Message,
    };

    private static Scopes ScopesOf(ClaimsPrincipal token, OidcOptions options)
    {
        var granted = token.FindAll(options.ScopesClaim).SelectMany(c => OidcOptions.Words(c.Value));
        var roles = token.FindAll(options.RolesClaim).SelectMany(c => options.RolesMap.TryGetValue(c.Value, out var scopes) ? OidcOptions.Words(scopes) : []);
        return ScopeNames.Of(granted.Concat(roles));
    }
}
