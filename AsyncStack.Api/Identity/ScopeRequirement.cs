using Microsoft.AspNetCore.Authorization;

namespace AsyncStack.Api.Identity;

/// <summary>The caller has to hold scopes; none for whoever is known at all.</summary>
internal sealed class ScopeRequirement(Scopes scopes) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    public Scopes Scopes { get; } = scopes;

    /// <summary>A policy of this requirement alone.</summary>
    public static AuthorizationPolicy Policy(Scopes scopes) => new AuthorizationPolicyBuilder().AddRequirements(new ScopeRequirement(scopes)).Build();

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity is CallerIdentity caller && caller.Scopes.Include(requirement.Scopes))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

/// <summary>
/// What holds where no policy was given: an endpoint that <see cref="EndpointAccess"/> does not name is refused to everybody. A path that
/// leads nowhere is said to lead nowhere to whoever is known, and to nobody else.
/// </summary>
internal sealed class UnnamedRequirement : AuthorizationHandler<UnnamedRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, UnnamedRequirement requirement)
    {
        if (context.User.Identity is CallerIdentity && context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint)
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
