using AsyncStack.Api.Identity.Keys;
using AsyncStack.Api.Identity.Sessions;
using AsyncStack.Api.Identity.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity;

/// <summary>Who calls, and what they may do.</summary>
internal static class IdentityRegistration
{
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsValidator>();
        services.AddSingleton<KeySecrets>().AddSingleton<KeyTable>().AddSingleton<KeyCache>().AddSingleton<KeyVerifier>().AddSingleton<SessionTickets>();
        services.AddSingleton<KeyList>().AddSingleton<KeyCommands>();
        services.AddSingleton<KeyUses>().AddHostedService(s => s.GetRequiredService<KeyUses>());
        services.AddHostedService<KeyChangeListener>();
        services.AddSingleton<OpenStreams>().AddHostedService(s => s.GetRequiredService<OpenStreams>());
        services.AddTransient<CredentialHandler>();
        // The core alone: the rest makes keys of its own and writes them to the disk, for cookies that are not used here.
        services.AddAuthenticationCore(options =>
        {
            options.DefaultScheme = CredentialHandler.Scheme;
            options.AddScheme<CredentialHandler>(CredentialHandler.Scheme, displayName: null);
        });
        services.AddTokens();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new UnnamedRequirement()).Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
    }

    /// <summary>Maps keys and sessions.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder app)
    {
        app.MapKeys();
        app.MapSessions();
    }

    /// <summary>Lets through to the endpoints whoever may call them. Comes after the exception handler and before everything that is not for all.</summary>
    public static void UseIdentity(this WebApplication app) => app.UseAuthentication().UseAuthorization();
}
