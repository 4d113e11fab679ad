using System.Diagnostics;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Grpc;

/// <summary>Serves calls: the request's headers, the handler, the status. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md.</summary>
internal sealed class GrpcServer(IOptions<GrpcOptions> options, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<GrpcServer> logger)
{
    private int _streams;

    /// <summary>Whether the request is a call, whatever its path.</summary>
    public static bool IsCall(HttpRequest request) => !IsBeforeHttp2(request) && GrpcHeaders.IsGrpc(request.ContentType);

    /// <summary>Serves one call. What is none gets an HTTP error, so that no other kind of client takes it for a success.</summary>
    public Task ServeAsync(HttpContext http, GrpcMethod method)
    {
        if (IsBeforeHttp2(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "HTTP/2";
            return Task.CompletedTask;
        }

        if (!GrpcHeaders.IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return ServeCallAsync(http, method);
    }

    /// <summary>Answers a request that is not let through to its endpoint: a call by a status of gRPC, any other by a problem.</summary>
    public Task RefuseAsync(HttpContext http, int status, GrpcCode code, string detail)
    {
        if (IsCall(http.Request))
        {
            var method = http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethod>() ?? GrpcMethod.Unknown;
            return ServeAsync(http, method with { RunAsync = _ => throw new GrpcException(code, detail) });
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Problem(detail, statusCode: status).ExecuteAsync(http);
    }

    private async Task ServeCallAsync(HttpContext http, GrpcMethod method)
    {
        var started = time.GetTimestamp();
        LiftHttpLimits(http, method);
        var status = await RunAsync(http, method);
        ApiMetrics.RecordGrpc(method, status.Code, time.GetElapsedTime(started));
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
        {
            Describe(activity, method, status);
        }
    }

    private async Task<GrpcStatus> RunAsync(HttpContext http, GrpcMethod method)
    {
        GrpcCall? call = null;
        var stream = method.IsStreaming;
        GrpcStatus status;
        try
        {
            if (stream && Interlocked.Increment(ref _streams) > options.Value.MaxStreams)
            {
                throw new GrpcException(GrpcCode.ResourceExhausted, "More streams are open than this server may hold; come again after a moment.");
            }

            call = new GrpcCall(http, options.Value, time, stream ? lifetime.ApplicationStopping : default);
            call.Cancellation.ThrowIfCancellationRequested();
            await method.RunAsync(call);
            status = call.Interruption ?? GrpcStatus.OK;
        }
        catch (Exception exception)
        {
            status = call?.Interruption ?? StatusOf(exception, http);
        }
        finally
        {
            if (stream)
            {
                Interlocked.Decrement(ref _streams);
            }

            call?.Dispose();
        }

        Answer(http.Response, status, hasMessages: call?.HasWritten ?? false);
        return status;
    }

    /// <summary>The limits of messages and deadlines take the place of those of bodies; a client that streams may be silent for long.</summary>
    private static void LiftHttpLimits(HttpContext http, GrpcMethod method)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (method.IsStreaming && http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private static void Answer(HttpResponse response, GrpcStatus status, bool hasMessages)
    {
        if (!hasMessages)
        {
            // Without a message the status stands in the only block of headers: Trailers-Only.
            response.ContentType = GrpcHeaders.ContentType;
            response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Encodings;
        }

        var block = hasMessages
            ? response.HttpContext.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : response.Headers;
        block[GrpcHeaders.Status] = ((int)status.Code).ToString();
        if (status.Message.Length > 0)
        {
            block[GrpcHeaders.Message] = PercentEncoding.Encode(status.Message);
        }
    }

    private GrpcStatus StatusOf(Exception exception, HttpContext http)
    {
        switch (exception)
        {
            case GrpcException ended:
                return ended.Status;
            case ConnectionResetException or ConnectionAbortedException:
                return new(GrpcCode.Canceled, "The client has gone.");
            case BadHttpRequestException:
                return new(GrpcCode.Internal, "The request came too slowly or broke off.");
            case var _ when ExceptionProblem.IsUnavailable(exception):
                Log.GrpcUnavailable(logger, http.Request.Path, exception.GetBaseException().Message);
                return new(GrpcCode.Unavailable, "A dependency is not available; try again later.");
            default:
                Log.GrpcFailed(logger, http.Request.Path, exception);
                var trace = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
                return new(GrpcCode.Unknown, $"The call failed for a reason within the service; its log has the details under trace {trace}.");
        }
    }

    private static void Describe(Activity activity, GrpcMethod method, GrpcStatus status)
    {
        activity.SetTag("rpc.system", "grpc");
        activity.SetTag("rpc.service", method.Service);
        activity.SetTag("rpc.method", method.Name);
        activity.SetTag("rpc.grpc.status_code", (int)status.Code);
        if (status.IsServerFault)
        {
            activity.SetTag("error.type", status.Code.ToString());
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static bool IsBeforeHttp2(HttpRequest request) =>
        HttpProtocol.IsHttp11(request.Protocol) || HttpProtocol.IsHttp10(request.Protocol);
}
