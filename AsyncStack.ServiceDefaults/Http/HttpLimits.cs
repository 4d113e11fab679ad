using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Http;

/// <summary>What a client may take of a service before its request is a request, section <c>Http</c>.</summary>
public sealed class HttpLimits
{
    public const string Section = "Http";

    /// <summary>How long the headers of a request may take. Default 15 s.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes a second that a body has to come with on average, once <see cref="BodyGrace"/> is over; else 408. Default 240.</summary>
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may come slower. Default 5 s.</summary>
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Header fields of a request; more get 431. Default 100.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>Bytes of all header fields of a request; more get 431. Default 32 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;
}

internal static class HttpLimitsRegistration
{
    /// <summary>Sets Kestrel's limits by <see cref="HttpLimits"/>, and has it keep its name to itself.</summary>
    public static void AddHttpLimits(this IHostApplicationBuilder builder)
    {
        // A line ends with CR LF and nothing else: of a bare LF, proxies and servers think differently.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);
        builder.Services.AddOptions<HttpLimits>()
            .BindConfiguration(HttpLimits.Section)
            .Validate(
                limits => limits.HeadersTimeout > TimeSpan.Zero,
                $"{HttpLimits.Section}:{nameof(HttpLimits.HeadersTimeout)} must be longer than zero: set it to 00:00:15, for example.")
            .Validate(
                limits => limits.MinBodyBytesPerSecond > 0 && limits.BodyGrace > TimeSpan.FromSeconds(1),
                $"{HttpLimits.Section}:{nameof(HttpLimits.MinBodyBytesPerSecond)} must be positive and {nameof(HttpLimits.BodyGrace)} longer than a second.")
            .Validate(
                limits => limits.MaxHeaders > 0 && limits.MaxHeaderBytes > 0,
                $"{HttpLimits.Section}:{nameof(HttpLimits.MaxHeaders)} and {nameof(HttpLimits.MaxHeaderBytes)} must be positive.")
            .ValidateOnStart();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<HttpLimits>>((server, limits) => Apply(server, limits.Value));
    }

    private static void Apply(KestrelServerOptions server, HttpLimits limits)
    {
        server.AddServerHeader = false;
        server.Limits.RequestHeadersTimeout = limits.HeadersTimeout;
        server.Limits.MinRequestBodyDataRate = new MinDataRate(limits.MinBodyBytesPerSecond, limits.BodyGrace);
        server.Limits.MaxRequestHeaderCount = limits.MaxHeaders;
        server.Limits.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
    }
}
