using AsyncStack.Hosting.Dashboard.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>The OTLP server: any SDK in any language sends its telemetry here.</summary>
internal static class OtlpEndpoints
{
    /// <summary>
    /// Maps OTLP/HTTP and OTLP/gRPC. Without TLS a port speaks either HTTP/1.1 or HTTP/2, so OTLP/gRPC needs one of its own
    /// with <c>HttpProtocols.Http2</c>; the paths are the same on all.
    /// </summary>
    /// <param name="routes">Where to map.</param>
    /// <param name="options">The key and limits.</param>
    /// <returns>The group of all its endpoints, to bind it to ports.</returns>
    public static RouteGroupBuilder MapOtlp(this IEndpointRouteBuilder routes, OtlpOptions options)
    {
        var services = routes.ServiceProvider;
        var server = new OtlpServer(options, services.GetRequiredService<TelemetryStores>().Live, services.GetRequiredService<TimeProvider>());
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("AsyncStack.Hosting.Dashboard.Otlp");
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(server.Dispose);

        var group = routes.MapGroup("");
        foreach (var signal in OtlpSignal.All)
        {
            group.MapPost(signal.HttpPath, http => OtlpHttp.ServeAsync(http, server, signal));
            // Routes take any case; names of methods do not.
            group.MapPost(signal.GrpcPath, http => OtlpGrpc.ServeAsync(http, server, http.Request.Path.Value == signal.GrpcPath ? signal : null, logger));
        }

        var anyOther = RoutePatternFactory.Parse("/{service}/{method}", defaults: null, parameterPolicies: new { service = new Dotted() });
        group.Map(anyOther, http => OtlpGrpc.ServeAsync(http, server, signal: null, logger)).WithMetadata(new HttpMethodMetadata(["POST"]));
        return group;
    }

    /// <summary>Names of services have dots, paths of the dashboard have none.</summary>
    private sealed class Dotted : IRouteConstraint
    {
        public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            values[routeKey] is string name && name.Contains('.', StringComparison.Ordinal);
    }
}
