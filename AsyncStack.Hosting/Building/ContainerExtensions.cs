using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting;

/// <summary>Adds and describes containers.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>A container of an image; without an engine it runs by the native recipe of the image's name, if there is one.</summary>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image)
        => builder.AddContainer(name, image, "latest");

    /// <summary>A container of an image; without an engine it runs by the native recipe of the image's name, if there is one.</summary>
    public static IResourceBuilder<ContainerResource> AddContainer(this IDistributedApplicationBuilder builder, string name, string image, string tag)
        => builder.AddResource(new ContainerResource(name)).WithImage(image, tag);

    /// <summary>Changes image and, where given, tag.</summary>
    public static IResourceBuilder<T> WithImage<T>(this IResourceBuilder<T> builder, string image, string? tag = null)
        where T : ContainerResource
    {
        if (builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var existing))
        {
            existing.Image = image;
            existing.Tag = tag ?? existing.Tag;
            return builder;
        }

        return builder.WithAnnotation(new ContainerImageAnnotation { Image = image, Tag = tag });
    }

    /// <summary>Changes the tag.</summary>
    public static IResourceBuilder<T> WithImageTag<T>(this IResourceBuilder<T> builder, string tag)
        where T : ContainerResource
        => builder.WithImage(ImageOf(builder).Image, tag);

    /// <summary>Changes the registry.</summary>
    public static IResourceBuilder<T> WithImageRegistry<T>(this IResourceBuilder<T> builder, string? registry)
        where T : ContainerResource
    {
        ImageOf(builder).Registry = registry;
        return builder;
    }

    /// <summary>Mounts a volume; a null name makes an anonymous one.</summary>
    public static IResourceBuilder<T> WithVolume<T>(this IResourceBuilder<T> builder, string? name, string target, bool isReadOnly = false)
        where T : ContainerResource
        => builder.WithAnnotation(new ContainerMountAnnotation(name, target, ContainerMountType.Volume, isReadOnly));

    /// <summary>Mounts a file or folder; a relative <paramref name="source"/> starts at the AppHost's folder.</summary>
    public static IResourceBuilder<T> WithBindMount<T>(this IResourceBuilder<T> builder, string source, string target, bool isReadOnly = false)
        where T : ContainerResource
        => builder.WithAnnotation(new ContainerMountAnnotation(
            Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), target, ContainerMountType.BindMount, isReadOnly));

    /// <summary>Replaces the image's entrypoint.</summary>
    public static IResourceBuilder<T> WithEntrypoint<T>(this IResourceBuilder<T> builder, string entrypoint)
        where T : ContainerResource
    {
        builder.Resource.Entrypoint = entrypoint;
        return builder;
    }

    /// <summary>How long the container lives; as long as the graph unless stated.</summary>
    public static IResourceBuilder<T> WithLifetime<T>(this IResourceBuilder<T> builder, ContainerLifetime lifetime)
        where T : ContainerResource
        => builder.WithAnnotation(new ContainerLifetimeAnnotation { Lifetime = lifetime }, ResourceAnnotationMutationBehavior.Replace);

    private static ContainerImageAnnotation ImageOf<T>(IResourceBuilder<T> builder)
        where T : ContainerResource
        => builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image)
            ? image
            : throw new InvalidOperationException($"Resource '{builder.Resource.Name}' has no image; call WithImage first.");
}
