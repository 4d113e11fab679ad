namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>What an image needs, to run without root on a file system that it cannot write.</summary>
internal sealed record ContainerTraits(int User, params string[] WritableFolders)
{
    /// <summary>The traits of an image, by the last segment of its name.</summary>
    public static ContainerTraits For(string image) => image[(image.LastIndexOf('/') + 1)..] switch
    {
        // The image fills conf.d from its templates when it starts.
        "nginx" or "nginx-unprivileged" => new ContainerTraits(101, "/etc/nginx/conf.d", "/run", "/var/cache/nginx"),
        _ => new ContainerTraits(1000),
    };
}
