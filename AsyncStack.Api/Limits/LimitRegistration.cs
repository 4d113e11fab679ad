using System.Globalization;
using System.Threading.RateLimiting;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Limits;

/// <summary>How much each caller and each tenant may ask.</summary>
internal static class LimitRegistration
{
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsValidator>();
        services.AddSingleton<SharedWindows>().AddHostedService(s => s.GetRequiredService<SharedWindows>());
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<LimitOptions>, SharedWindows, TimeProvider, GrpcServer>((limiter, limits, windows, time, grpc) =>
        {
            var (key, tenant) = (new Limit("key", limits.Value.Key), new Limit("tenant", limits.Value.Tenant));
            limiter.GlobalLimiter = PartitionedRateLimiter.CreateChained(
                Partition(key, static caller => caller.CallerName, windows, time),
                Partition(tenant, static caller => caller.Tenant, windows, time));
            limiter.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected, grpc));
        });
    }

    /// <summary>Counts who comes, where a limit is set. Comes after it is known who that is.</summary>
    public static void UseLimits(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<LimitOptions>>().Value.AreSet)
        {
            app.UseRateLimiter();
        }
    }

    // Whoever is not known gets no further than what is open to everybody.
    private static PartitionedRateLimiter<HttpContext> Partition(Limit limit, Func<CallerIdentity, string> nameOf, SharedWindows windows, TimeProvider time) =>
        PartitionedRateLimiter.Create<HttpContext, string>(
            context => limit.Rate.IsSet && CallerIdentity.Of(context) is { } caller
                ? RateLimitPartition.Get(nameOf(caller), name => (RateLimiter)new WindowLimiter($"{limit.Name}:{name}", limit, windows, time))
                : RateLimitPartition.GetNoLimiter(""),
            StringComparer.Ordinal);

    // Retry-After is of RFC 9110, 10.2.3; 429 of RFC 6585, 4; the other two of the draft "RateLimit header fields for HTTP" of the IETF.
    private static Task RefuseAsync(OnRejectedContext rejected, GrpcServer grpc)
    {
        if (!rejected.Lease.TryGetMetadata(Excess.Metadata, out var excess) || excess is null)
        {
            throw new InvalidOperationException("A request was refused by a limit that is not of this folder.");
        }

        var ((name, rate), wait) = excess;
        ApiMetrics.CountRefusal(name + "_limit");
        var (window, seconds) = (rate.Window.TotalSeconds, Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)));
        var headers = rejected.HttpContext.Response.Headers;
        headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={rate.Requests};w={Math.Ceiling(window)}");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r=0;t={seconds}");
        var detail = string.Create(
            CultureInfo.InvariantCulture,
            $"The {name} may make {rate.Requests} requests in {window} s, and they are made. Come again in {seconds} s, or ask for less at once.");
        return grpc.RefuseAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, GrpcCode.ResourceExhausted, detail);
    }
}
