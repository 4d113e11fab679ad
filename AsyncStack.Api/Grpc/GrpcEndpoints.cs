using AsyncStack.Api.Grpc.Health;
using AsyncStack.Api.Grpc.HealthV1;
using AsyncStack.Api.Grpc.Reflection;
using AsyncStack.Api.Grpc.Tasks;
using AsyncStack.Api.Grpc.TaskV1;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace AsyncStack.Api.Grpc;

/// <summary>gRPC on Kestrel's HTTP/2: which services there are, and the way of a request to their methods.</summary>
internal static class GrpcEndpoints
{
    private static readonly ServiceDescriptor ReflectionV1 = Grpc.ReflectionV1.ReflectionReflection.Descriptor.Services[0];
    private static readonly ServiceDescriptor ReflectionV1Alpha = Grpc.ReflectionV1Alpha.ReflectionReflection.Descriptor.Services[0];

    public static void AddGrpc(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<GrpcOptions>().BindConfiguration("Grpc").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(new ServedProtos(
            TaskReflection.Descriptor.Services[0], HealthReflection.Descriptor.Services[0], ReflectionV1, ReflectionV1Alpha));
        builder.Services.AddSingleton<GrpcServer>().AddSingleton<TaskCalls>().AddSingleton<HealthCalls>().AddSingleton<ReflectionCalls>();
        builder.Services.AddSingleton<HealthWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthWatch>());
    }

    /// <summary>Maps the services among these endpoints.</summary>
    public static void MapGrpc(this WebApplication app, IEndpointRouteBuilder endpoints)
    {
        var reflection = app.Services.GetRequiredService<ReflectionCalls>();
        app.MapGrpc(
            endpoints,
            app.Services.GetRequiredService<TaskCalls>().Serve(),
            app.Services.GetRequiredService<HealthCalls>().Serve(),
            reflection.Serve(ReflectionV1),
            reflection.Serve(ReflectionV1Alpha));
    }

    /// <summary>Maps every method of the services; calls to any other path end with UNIMPLEMENTED.</summary>
    public static void MapGrpc(this WebApplication app, IEndpointRouteBuilder endpoints, params IReadOnlyList<GrpcService> services)
    {
        var server = app.Services.GetRequiredService<GrpcServer>();
        foreach (var method in services.SelectMany(s => s.Methods))
        {
            // Routes take any case and a last slash; the names of methods do not.
            endpoints.MapPost(method.Path, http => server.ServeAsync(http, http.Request.Path.Value == method.Path ? method : GrpcMethod.Unknown))
                .WithMetadata(method).ExcludeFromDescription();
        }

        app.Use((http, next) => GrpcServer.IsCall(http.Request) && http.GetEndpoint()?.Metadata.GetMetadata<GrpcMethod>() is null
            ? server.ServeAsync(http, GrpcMethod.Unknown)
            : next(http));
    }
}
