using AsyncStack.Api.Grpc.HealthV1;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.ServiceDefaults.Health;
using static AsyncStack.Api.Grpc.HealthV1.HealthCheckResponse.Types;

namespace AsyncStack.Api.Grpc.Health;

/// <summary>
/// <c>grpc.health.v1.Health</c>: all services stand on the same servers, so each is as healthy as <c>/health</c> says.
/// Source: grpc/grpc, doc/health-checking.md.
/// </summary>
internal sealed class HealthCalls(ServedProtos protos, HealthProbe probe, HealthWatch watch)
{
    public GrpcService Serve() => new GrpcService(HealthReflection.Descriptor.Services[0])
        .Unary<HealthCheckRequest, HealthCheckResponse>("Check", (request, _) => CheckAsync(request))
        .Unary<HealthListRequest, HealthListResponse>("List", (_, _) => ListAsync())
        .ServerStreaming<HealthCheckRequest, HealthCheckResponse>("Watch", WatchAsync);

    private async Task<HealthCheckResponse> CheckAsync(HealthCheckRequest request) =>
        IsKnown(request.Service)
            ? Answer(await probe.IsHealthyAsync())
            : throw new GrpcException(GrpcCode.NotFound, $"There is no service '{request.Service}'.");

    private async Task<HealthListResponse> ListAsync()
    {
        var answer = Answer(await probe.IsHealthyAsync());
        var response = new HealthListResponse { Statuses = { [""] = answer } };
        foreach (var service in protos.Services)
        {
            response.Statuses[service] = answer;
        }

        return response;
    }

    private async IAsyncEnumerable<HealthCheckResponse> WatchAsync(HealthCheckRequest request, GrpcCall call)
    {
        if (!IsKnown(request.Service))
        {
            // The stream stays open: elsewhere a service might become known. Here the set is fixed.
            yield return new HealthCheckResponse { Status = ServingStatus.ServiceUnknown };
            await Task.Delay(Timeout.InfiniteTimeSpan, call.Cancellation);
        }

        await foreach (var healthy in watch.FollowAsync(call.Cancellation))
        {
            yield return Answer(healthy);
        }
    }

    private bool IsKnown(string service) => service.Length == 0 || protos.Services.Contains(service);

    private static HealthCheckResponse Answer(bool healthy) => new() { Status = healthy ? ServingStatus.Serving : ServingStatus.NotServing };
}
