using System.Net.Security;
using AsyncStack.Core.Storage.Files;
using AsyncStack.Core.Storage.S3;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Storage;

public static class StorageRegistration
{
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Registers <see cref="IObjectStorage"/> over <c>ConnectionStrings:{connectionName}</c>, creates the application's buckets at start,
    /// trying until the store is up, and adds a health check of the same name.
    /// </summary>
    /// <remarks>A missing or wrong connection string stops the host's start with a message that names it.</remarks>
    public static IHostApplicationBuilder AddObjectStorage(this IHostApplicationBuilder builder, string connectionName)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section)
            .Validate(
                o => o.PublicBaseUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" },
                $"{StorageOptions.Section}:{nameof(StorageOptions.PublicBaseUrl)} must be an absolute http or https address, or absent.")
            .Validate(
                o => o.MaxUploadBytes > 0,
                $"{StorageOptions.Section}:{nameof(StorageOptions.MaxUploadBytes)} must be a positive number of bytes.")
            .ValidateOnStart();
        services.AddSingleton(sp => Connection(connectionName, sp.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IObjectStorage>(CreateStorage);
        services.AddHostedService<BucketCreation>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            connectionName, sp => ActivatorUtilities.CreateInstance<StorageHealthCheck>(sp), failureStatus: null, tags: null, HealthDeadline));
        return builder;
    }

    private static StorageConnection Connection(string name, IConfiguration configuration)
    {
        var connection = StorageConnection.Parse(name, configuration.GetConnectionString(name));
        if (connection is S3Connection s3)
            s3.Reread = () => (S3Connection)StorageConnection.Parse(name, configuration.GetConnectionString(name));
        return connection;
    }

    private static TracedObjectStorage CreateStorage(IServiceProvider services)
    {
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var clock = services.GetRequiredService<TimeProvider>();
        return services.GetRequiredService<StorageConnection>() switch
        {
            FileConnection file => new(
                new FileObjectStorage(file, services.GetRequiredService<IOptions<StorageOptions>>().Value, clock, loggers.CreateLogger<FileObjectStorage>()),
                server: null),
            // Who hosts says which authorities are trusted beside the system's.
            S3Connection s3 => new(
                new S3ObjectStorage(s3, clock, loggers.CreateLogger<S3ObjectStorage>(), services.GetService<RemoteCertificateValidationCallback>()), s3.Endpoint),
            var other => throw new InvalidOperationException($"No storage driver takes a {other.GetType().Name}."),
        };
    }
}
