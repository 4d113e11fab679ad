using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace AsyncStack.Api.Identity;

/// <summary>
/// Answers whoever is not let in: 401 says how to show who one is, 403 which scope is missing, both as a problem and as RFC 6750 has it in
/// <c>WWW-Authenticate</c>; gRPC says the same as UNAUTHENTICATED and PERMISSION_DENIED.
/// </summary>
internal sealed class Refusals(GrpcServer grpc) : IAuthorizationMiddlewareResultHandler
{
    public const string Challenge = "Bearer realm=\"asyncstack\"";
    private const string How = "Send a key in X-Api-Key, or a key or a token as 'Authorization: Bearer …'; docs/security.md tells how to get one.";

    public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
        authorizeResult.Succeeded ? next(context)
        : authorizeResult.Forbidden && CallerIdentity.Of(context) is { } caller ? ForbidAsync(context, caller, policy)
        : ChallengeAsync(context);

    private async Task ChallengeAsync(HttpContext context)
    {
        var failure = (await context.AuthenticateAsync()).Failure?.Message;
        ApiMetrics.CountRefusal(failure is null ? "missing" : "invalid");
        await AnswerAsync(
            context,
            StatusCodes.Status401Unauthorized,
            GrpcCode.Unauthenticated,
            failure is null ? $"The request does not say who asks. {How}" : $"{failure} {How}",
            failure is null ? Challenge : $"{Challenge}, error=\"invalid_token\"");
    }

    private Task ForbidAsync(HttpContext context, CallerIdentity caller, AuthorizationPolicy policy)
    {
        ApiMetrics.CountRefusal("scope");
        var missing = policy.Requirements.OfType<ScopeRequirement>().Aggregate(Scopes.None, static (all, r) => all | r.Scopes).NamesOf();
        return missing.Length == 0
            ? AnswerAsync(context, StatusCodes.Status403Forbidden, GrpcCode.PermissionDenied, "Nobody may call this: it is in no line of the table of access.", null)
            : AnswerAsync(
                context,
                StatusCodes.Status403Forbidden,
                GrpcCode.PermissionDenied,
                $"This needs the scope '{string.Join(' ', missing)}'; '{caller.CallerName}' has {Held(caller.Scopes)}.",
                $"{Challenge}, error=\"insufficient_scope\", scope=\"{string.Join(' ', missing)}\"");
    }

    private Task AnswerAsync(HttpContext context, int status, GrpcCode code, string detail, string? challenge)
    {
        if (challenge is not null && !GrpcServer.IsCall(context.Request))
        {
            context.Response.Headers.WWWAuthenticate = challenge;
        }

        return grpc.RefuseAsync(context, status, code, detail);
    }

    private static string Held(Scopes scopes) => scopes == Scopes.None ? "no scope" : $"'{string.Join(' ', scopes.NamesOf())}'";
}
