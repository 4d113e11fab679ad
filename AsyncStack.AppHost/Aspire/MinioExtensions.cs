namespace AsyncStack.AppHost;

/// <summary>A MinIO server as a container.</summary>
internal sealed class MinioResource : ContainerResource, IResourceWithConnectionString
{
    public MinioResource(string name, ParameterResource accessKey, ParameterResource secretKey)
        : base(name)
    {
        AccessKey = accessKey;
        SecretKey = secretKey;
        PrimaryEndpoint = new EndpointReference(this, "http");
    }

    public EndpointReference PrimaryEndpoint { get; }

    public ParameterResource AccessKey { get; }

    public ParameterResource SecretKey { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Driver=s3;Endpoint={PrimaryEndpoint.Property(EndpointProperty.Url)};AccessKey={AccessKey};SecretKey={SecretKey};Region=us-east-1");
}

/// <summary>Adds object storage under the names that AsyncStack.Hosting uses.</summary>
internal static class MinioExtensions
{
    /// <summary>A MinIO server.</summary>
    public static IResourceBuilder<MinioResource> AddMinio(this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        var accessKey = builder.AddParameter($"{name}-access-key", new GenerateParameterDefault { MinLength = 20, Special = false }, secret: true, persist: true);
        var secretKey = builder.AddParameter($"{name}-secret-key", new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);
        return builder.AddResource(new MinioResource(name, accessKey.Resource, secretKey.Resource))
            .WithImage("minio/minio", "RELEASE.2025-09-07T16-13-09Z").WithImageRegistry("quay.io")
            .WithHttpEndpoint(port, targetPort: 9000, name: "http")
            .WithArgs("server", "/data")
            .WithEnvironment("MINIO_ROOT_USER", accessKey)
            .WithEnvironment("MINIO_ROOT_PASSWORD", secretKey)
            .WithHttpHealthCheck("/minio/health/ready");
    }

    /// <summary>Keeps the objects in a volume of their own.</summary>
    public static IResourceBuilder<MinioResource> WithDataVolume(this IResourceBuilder<MinioResource> builder, string? name = null)
        => builder.WithVolume(name ?? $"asyncstack-{builder.Resource.Name}-data", "/data");
}
