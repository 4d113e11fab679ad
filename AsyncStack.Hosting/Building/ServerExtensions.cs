using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>Adds the servers of the graph; each runs as a container or from the machine's own packages.</summary>
public static class ServerResourceBuilderExtensions
{
    /// <summary>A PostgreSQL server. Without <paramref name="password"/> it gets a random one that is kept with the checkout.</summary>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        var server = new PostgresServerResource(name, userName?.Resource, PasswordOf(builder, name, password));
        return builder.AddServer(server, "library/postgres", "17.6", port, targetPort: 5432)
            .WithEnvironment("POSTGRES_USER", server.UserName)
            .WithEnvironment("POSTGRES_PASSWORD", ReferenceExpression.Create($"{server.PasswordParameter}"))
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256");
    }

    /// <summary>A database, created on the server when it is not there.</summary>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
        => builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource));

    /// <summary>A Redis server. Without a password it gets a random one that is kept with the checkout.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port)
        => builder.AddRedis(name, port, null);

    /// <summary>A Redis server. Without <paramref name="password"/> it gets a random one that is kept with the checkout.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        var server = new RedisResource(name, PasswordOf(builder, name, password));
        return builder.AddServer(server, "library/redis", "8.2", port, targetPort: 6379)
            .WithEnvironment("REDIS_PASSWORD", ReferenceExpression.Create($"{server.PasswordParameter}"));
    }

    /// <summary>A RabbitMQ broker. Without <paramref name="password"/> it gets a random one that is kept with the checkout.</summary>
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        var server = new RabbitMQServerResource(name, userName?.Resource, PasswordOf(builder, name, password));
        return builder.AddServer(server, "library/rabbitmq", "4.2", port, targetPort: 5672)
            .WithEnvironment("RABBITMQ_DEFAULT_USER", server.UserName)
            .WithEnvironment("RABBITMQ_DEFAULT_PASS", ReferenceExpression.Create($"{server.PasswordParameter}"));
    }

    /// <summary>Turns the broker's management plugin on and gives it an endpoint named <c>management</c>.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder)
        => builder.WithManagementPlugin(port: null);

    /// <summary>Turns the broker's management plugin on and gives it an endpoint named <c>management</c>.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder, int? port)
    {
        if (builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) && image.Tag is { } tag && !tag.Contains("management", StringComparison.Ordinal))
            image.Tag = $"{tag}-management";
        return builder.WithHttpEndpoint(port, targetPort: 15672, name: "management");
    }

    /// <summary>Object storage. Natively a folder unless a <c>minio</c> program is on the PATH or <c>ASYNCSTACK_STORAGE=s3</c>.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="name">Its name.</param>
    /// <param name="port">Port of the S3 endpoint; null for a free one.</param>
    public static IResourceBuilder<MinioResource> AddMinio(this IDistributedApplicationBuilder builder, string name, int? port = null)
    {
        var storage = new MinioResource(
            name,
            ParameterResourceBuilderExtensions.CreatePassword(builder, $"{name}-access-key", 20),
            ParameterResourceBuilderExtensions.CreatePassword(builder, $"{name}-secret-key", 40),
            ParameterResourceBuilderExtensions.CreatePassword(builder, $"{name}-signing-key", 43));
        return builder.AddResource(storage)
            .WithImage("minio/minio", "RELEASE.2025-09-07T16-13-09Z").WithImageRegistry("quay.io")
            .WithHttpEndpoint(port, targetPort: 9000)
            .WithArgs("server", "/data")
            .WithEnvironment("MINIO_ROOT_USER", ReferenceExpression.Create($"{storage.AccessKey}"))
            .WithEnvironment("MINIO_ROOT_PASSWORD", ReferenceExpression.Create($"{storage.SecretKey}"));
    }

    /// <summary>Keeps the server's data in a volume of its own.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false)
        => builder.WithVolume(name ?? VolumeName(builder), "/var/lib/postgresql/data", isReadOnly);

    /// <summary>Keeps the server's data in a volume of its own.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
        => builder.WithVolume(name ?? VolumeName(builder), "/data", isReadOnly);

    /// <summary>Keeps the broker's data in a volume of its own.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false)
        => builder.WithVolume(name ?? VolumeName(builder), "/var/lib/rabbitmq", isReadOnly);

    /// <summary>Keeps the objects in a volume of their own.</summary>
    public static IResourceBuilder<MinioResource> WithDataVolume(this IResourceBuilder<MinioResource> builder, string? name = null)
        => builder.WithVolume(name ?? VolumeName(builder), "/data");

    /// <summary>Fixes the port clients connect to; null for a free one.</summary>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port)
        => builder.WithEndpoint("tcp", e => e.Port = port);

    /// <summary>Fixes the port clients connect to; null for a free one.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port)
        => builder.WithEndpoint("tcp", e => e.Port = port);

    private static IResourceBuilder<T> AddServer<T>(this IDistributedApplicationBuilder builder, T server, string image, string tag, int? port, int targetPort)
        where T : ContainerResource
        => builder.AddResource(server).WithImage(image, tag).WithImageRegistry("docker.io")
            .WithEndpoint(port, targetPort, scheme: "tcp", name: "tcp");

    private static ParameterResource PasswordOf(IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? password)
        => password?.Resource ?? ParameterResourceBuilderExtensions.CreatePassword(builder, $"{name}-password");

    private static string VolumeName(IResourceBuilder<ContainerResource> builder)
        => $"{((DistributedApplicationBuilder)builder.ApplicationBuilder).State.Id}-{builder.Resource.Name}-data".ToLowerInvariant();
}
