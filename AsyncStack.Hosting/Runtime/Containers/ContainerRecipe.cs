namespace AsyncStack.Hosting.Runtime.Containers;

/// <summary>What an image wants beyond what the graph says.</summary>
internal abstract class ContainerRecipe
{
    /// <summary>Signal that the container is asked to stop with when the AppHost has died; otherwise the image's own is used.</summary>
    public virtual string StopSignal => "TERM";

    /// <summary>Options of <c>run</c>, before the image.</summary>
    public virtual IEnumerable<string> Options(ResourceStart start) => [];

    /// <summary>Arguments after the image, when the graph gives no entrypoint; the graph's own follow.</summary>
    public virtual IEnumerable<string> Arguments(ResourceStart start) => [];

    /// <summary>Environment; the graph's own wins.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Environment(ResourceStart start) => [];

    /// <summary>Files to mount read-only: content by path in the container.</summary>
    public virtual IEnumerable<KeyValuePair<string, string>> Files(ResourceStart start) => [];

    /// <summary>Asks the server itself; null when it is ready, else the reason it is not.</summary>
    public abstract Task<string?> ProbeAsync(ResourceStart start, CancellationToken cancellationToken);

    /// <summary>The recipe for an image, by the last segment of its name; one that only opens connections for all others.</summary>
    public static ContainerRecipe For(string image) =>
        image[(image.LastIndexOf('/') + 1)..] switch
        {
            "postgres" => new PostgresRecipe(),
            "redis" => new RedisRecipe("redis-server"),
            "valkey" => new RedisRecipe("valkey-server"),
            "rabbitmq" => new RabbitMqRecipe(),
            "minio" => new MinioRecipe(),
            _ => new AnyRecipe(),
        };
}
