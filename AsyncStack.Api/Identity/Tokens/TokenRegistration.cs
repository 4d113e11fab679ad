using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AsyncStack.Api.Identity.Tokens;

/// <summary>Bearer tokens of an OpenID Connect issuer.</summary>
internal static class TokenRegistration
{
    // Of algorithms whose verifying key is public, so that no key of the metadata can be taken for a shared secret, and never none.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan BackchannelTimeout = TimeSpan.FromSeconds(5);

    public static void AddTokens(this IServiceCollection services)
    {
        services.TryAddSingleton(UrlEncoder.Default);
        services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
        new AuthenticationBuilder(services).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<AuthOptions>, IHostEnvironment>((bearer, auth, environment) => SetUp(bearer, auth.Value.Oidc, environment));
    }

    private static void SetUp(JwtBearerOptions bearer, OidcOptions oidc, IHostEnvironment environment)
    {
        if (!oidc.IsOn)
        {
            return;
        }

        bearer.Authority = oidc.Authority;
        bearer.RequireHttpsMetadata = !oidc.AllowsHttp(environment);
        bearer.MapInboundClaims = false;
        bearer.IncludeErrorDetails = false;
        bearer.BackchannelTimeout = BackchannelTimeout;
        if (oidc.MetadataAddress is { Length: > 0 } metadata)
        {
            bearer.MetadataAddress = metadata;
        }

        bearer.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = oidc.Audience,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
        };
        bearer.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => WaitForKeysAsync(context.Options, context.HttpContext.RequestAborted),
            OnTokenValidated = context =>
            {
                var (caller, refusal) = TokenCaller.Read(context.Principal!, oidc, new DateTimeOffset(context.SecurityToken.ValidTo, TimeSpan.Zero));
                context.Principal = caller?.Principal;
                if (caller is null)
                {
                    context.Fail(new AuthenticationFailureException(refusal));
                }

                return Task.CompletedTask;
            },
        };
    }

    // Without them every token would look forged. Once they were read, this is at once.
    private static async Task WaitForKeysAsync(JwtBearerOptions bearer, CancellationToken cancellationToken)
    {
        try
        {
            await bearer.ConfigurationManager!.GetConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException exception)
        {
            throw new TimeoutException("The keys of the tokens' issuer cannot be read.", exception);
        }
    }

    // All that decides is in AuthOptions, and nothing beside it.
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
