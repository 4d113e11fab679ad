namespace AsyncStack.AppHost;

/// <summary>HTTP and gRPC side by side without TLS.</summary>
internal static class GrpcExtensions
{
    /// <summary>
    /// Declares the endpoints <c>http</c> and <c>grpc</c>. Without TLS one port cannot speak both protocols, so Kestrel gets two
    /// endpoints by name instead of the list of URLs, in which all would speak the same.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithHttpAndGrpcEndpoints(this IResourceBuilder<ProjectResource> project)
    {
        var address = project.ApplicationBuilder.ExecutionContext.IsRunMode ? "127.0.0.1" : "*";
        return project
            .WithHttpEndpoint(name: "http")
            .WithHttpEndpoint(name: "grpc", env: "GRPC_PORT")
            .WithEndpoint("grpc", e => e.Transport = "http2")
            .WithEnvironment("Kestrel__Endpoints__http__Url", $"http://{address}:{project.GetEndpoint("http").Property(EndpointProperty.TargetPort)}")
            .WithEnvironment("Kestrel__Endpoints__http__Protocols", "Http1")
            .WithEnvironment("Kestrel__Endpoints__grpc__Url", $"http://{address}:{project.GetEndpoint("grpc").Property(EndpointProperty.TargetPort)}")
            .WithEnvironment("Kestrel__Endpoints__grpc__Protocols", "Http2");
    }
}
