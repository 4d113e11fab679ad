using AsyncStack.Api.Identity.Keys;
using AsyncStack.Api.Identity.Sessions;
using AsyncStack.Api.Identity.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity;

/// <summary>
/// Finds out who calls: by a key in <c>X-Api-Key</c> or as a bearer token, by a token of the issuer, or by the cookie of a session, in
/// this order; the first that is there counts.
/// </summary>
internal sealed class CredentialHandler(IOptionsMonitor<AuthOptions> options, KeyVerifier keys, SessionTickets sessions) : IAuthenticationHandler
{
    public const string Scheme = "Credentials";
    public const string KeyHeader = "X-Api-Key";

    private const string Bearer = "Bearer ";

    private static readonly Task<AuthenticateResult> Anonymous =
        Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(CallerIdentity.Anonymous.Principal, Scheme)));

    private static readonly Task<AuthenticateResult> Nothing = Task.FromResult(AuthenticateResult.NoResult());
    private static readonly Task<AuthenticateResult> Several = Task.FromResult(AuthenticateResult.Fail("The request carries several credentials of one kind; send one."));
    private static readonly Task<AuthenticateResult> NoBearer = Task.FromResult(AuthenticateResult.Fail("The Authorization header is no 'Bearer'."));
    private static readonly Task<AuthenticateResult> NoIssuer = Task.FromResult(AuthenticateResult.Fail("Tokens are not taken here, keys are: no issuer is configured."));

    private HttpContext _context = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        if (options.CurrentValue.Mode == AuthMode.Anonymous)
        {
            return Anonymous;
        }

        var headers = _context.Request.Headers;
        if (headers.TryGetValue(KeyHeader, out var key))
        {
            return key.Count == 1 ? keys.VerifyAsync(key[0]!, _context.RequestAborted).AsTask() : Several;
        }

        var authorization = headers.Authorization;
        return authorization.Count switch
        {
            0 => SessionTickets.Find(_context.Request) is { } ticket ? sessions.VerifyAsync(ticket, _context.Request) : Nothing,
            1 => AuthorizeAsync(authorization[0]!),
            _ => Several,
        };
    }

    /// <summary>Not asked for: <see cref="Refusals"/> answers.</summary>
    public Task ChallengeAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status401Unauthorized);

    /// <summary>Not asked for: <see cref="Refusals"/> answers.</summary>
    public Task ForbidAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status403Forbidden);

    private Task<AuthenticateResult> AuthorizeAsync(string header)
    {
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return NoBearer;
        }

        var credential = header.AsSpan(Bearer.Length).Trim();
        return credential.StartsWith(KeyText.Start, StringComparison.Ordinal) ? keys.VerifyAsync(credential.ToString(), _context.RequestAborted).AsTask()
            : options.CurrentValue.Oidc.IsOn ? VerifyTokenAsync()
            : NoIssuer;
    }

    private async Task<AuthenticateResult> VerifyTokenAsync()
    {
        var result = await _context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        return result.Succeeded ? result : AuthenticateResult.Fail(TokenCaller.Explain(result.Failure));
    }

    private Task AnswerAsync(int status)
    {
        _context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
