using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Cors;

/// <summary>Cross-origin requests: refused unless the origin is named.</summary>
internal static class CorsRegistration
{
    private static readonly TimeSpan PreflightLifetime = TimeSpan.FromMinutes(10);

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];

    private static readonly string[] RequestHeaders =
    [
        "Accept", "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Range", "traceparent", "X-Api-Key",
        "X-Correlation-Id",
    ];

    private static readonly string[] ResponseHeaders = ["ETag", "Link", "Location", "Retry-After", "X-Correlation-Id"];

    public static void AddCorsOrigins(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CorsOptions>().BindConfiguration("Cors").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<CorsOptions>, CorsOptionsValidator>();
        builder.Services.AddCors();
    }

    /// <summary>Without origins nothing is added to the pipeline, and browsers refuse what other origins ask for.</summary>
    public static void UseCorsOrigins(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<IOptions<CorsOptions>>().Value.Origins;
        if (origins.Length > 0)
        {
            // Without credentials: a page of another origin says itself who it is, by a key or a token, never by a cookie it cannot see.
            app.UseCors(policy => policy.WithOrigins(origins).WithMethods(Methods).WithHeaders(RequestHeaders).WithExposedHeaders(ResponseHeaders)
                .SetPreflightMaxAge(PreflightLifetime));
        }
    }

    private sealed class CorsOptionsValidator : IValidateOptions<CorsOptions>
    {
        public ValidateOptionsResult Validate(string? name, CorsOptions options) => options.Origins.Where(o => !CorsOptions.IsOrigin(o)).ToArray() is { Length: > 0 } wrong
            ? ValidateOptionsResult.Fail(wrong.Select(o => $"Cors:{nameof(options.Origins)} has '{o}'; an origin is scheme, host and port alone, such as https://app.example.com."))
            : ValidateOptionsResult.Success;
    }
}
