namespace AsyncStack.AppHost;

/// <summary>The single entry to the graph.</summary>
internal static class GatewayExtensions
{
    private const string Template = "/etc/nginx/templates/default.conf.template";

    /// <summary>
    /// nginx before the services: the Api's paths go to the Api, all else to the Web app, and gRPC on an endpoint of its own named
    /// <c>grpc</c>, since nginx before 1.25 cannot tell HTTP/1.1 from HTTP/2 on one cleartext port. The routes are in
    /// Gateway/default.conf.template, which nginx's image fills from the environment.
    /// </summary>
    public static IResourceBuilder<ContainerResource> AddNginxGateway(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> api, IResourceBuilder<ProjectResource> web)
        => builder.AddContainer(name, "nginx", "1.29")
            .WithBindMount("Gateway/default.conf.template", Template, isReadOnly: true)
            .WithHttpEndpoint(targetPort: 8080, name: "http", env: "NGINX_PORT")
            .WithHttpEndpoint(targetPort: 8081, name: "grpc", env: "NGINX_GRPC_PORT")
            .WithEndpoint("grpc", e => e.Transport = "http2")
            .WithEnvironment("NGINX_ADDRESS", GatewayAddress.For(builder))
            .WithEnvironment("API_UPSTREAM", $"{api.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}")
            .WithEnvironment("API_GRPC_UPSTREAM", $"{api.GetEndpoint("grpc").Property(EndpointProperty.HostAndPort)}")
            .WithEnvironment("WEB_UPSTREAM", $"{web.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}")
            .WithHttpHealthCheck("/.gateway/health", endpointName: "http")
            .WithExternalHttpEndpoints();
}
