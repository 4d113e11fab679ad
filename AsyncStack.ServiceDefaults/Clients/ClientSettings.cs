using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AsyncStack.ServiceDefaults.Clients;

/// <summary>What the settings of every client have.</summary>
public interface IClientSettings
{
    /// <summary>Where the server is. Default: <c>ConnectionStrings:{name}</c>.</summary>
    string? ConnectionString { get; set; }
}

internal static class ClientSettings
{
    /// <summary>
    /// Settings of one connection: the section, then the section's part of that name, then the connection string,
    /// then code. The host refuses to start without a connection string.
    /// </summary>
    public static void AddClientSettings<TSettings>(
        this IHostApplicationBuilder builder, string section, string connectionName, Action<TSettings>? configure)
        where TSettings : class, IClientSettings
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionName);
        builder.Services.AddOptions<TSettings>(connectionName)
            .Configure<IConfiguration>((settings, configuration) =>
            {
                configuration.GetSection(section).Bind(settings);
                configuration.GetSection($"{section}:{connectionName}").Bind(settings);
                if (configuration.GetConnectionString(connectionName) is { Length: > 0 } connectionString)
                    settings.ConnectionString = connectionString;
                configure?.Invoke(settings);
            })
            .Validate(
                settings => !string.IsNullOrWhiteSpace(settings.ConnectionString),
                $"ConnectionStrings:{connectionName} is missing. Reference '{connectionName}' from this service in the graph, "
                + $"or set the environment variable ConnectionStrings__{connectionName}.")
            .ValidateOnStart();
        // Settings are read again when the configuration changes: a mounted secret, say.
        builder.Services.AddSingleton<IOptionsChangeTokenSource<TSettings>>(services =>
            new ConfigurationChangeTokenSource<TSettings>(connectionName, services.GetRequiredService<IConfiguration>()));
    }

    /// <summary>The settings as configuration has them while the service is being built, to decide what to register.</summary>
    public static TSettings ReadClientSettings<TSettings>(
        this IHostApplicationBuilder builder, string section, string connectionName, Action<TSettings>? configure)
        where TSettings : class, IClientSettings, new()
    {
        var settings = new TSettings();
        builder.Configuration.GetSection(section).Bind(settings);
        builder.Configuration.GetSection($"{section}:{connectionName}").Bind(settings);
        configure?.Invoke(settings);
        return settings;
    }

    public static TSettings ClientSettingsOf<TSettings>(this IServiceProvider services, string connectionName) where TSettings : class =>
        services.GetRequiredService<IOptionsMonitor<TSettings>>().Get(connectionName);
}
