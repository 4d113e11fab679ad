using System.Net.Security;
using AsyncStack.ServiceDefaults.Clients;
using AsyncStack.ServiceDefaults.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>PostgreSQL by the names of Aspire.Npgsql and Aspire.Npgsql.EntityFrameworkCore.PostgreSQL.</summary>
public static class NpgsqlExtensions
{
    /// <summary>
    /// Below the connection string, whose own keywords win. Statements are prepared by themselves from their second
    /// run, which the hot path's few statements gain most from; the pool leaves room for several services on a
    /// server's default of 100 connections.
    /// </summary>
    private const string Defaults = "Max Auto Prepare=64;Auto Prepare Min Usages=2;Maximum Pool Size=24";

    /// <summary>Registers a pooled <see cref="NpgsqlDataSource"/> with health check, tracing and metrics.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name of the connection string, <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Changes settings after the section <c>Aspire:Npgsql</c> has been read.</param>
    /// <param name="configureDataSourceBuilder">Changes the data source.</param>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
    {
        builder.AddClientSettings(NpgsqlSettings.Section, connectionName, configureSettings);
        var settings = builder.ReadClientSettings(NpgsqlSettings.Section, connectionName, configureSettings);
        builder.Services.AddSingleton(services => BuildDataSource(
            services, () => services.ClientSettingsOf<NpgsqlSettings>(connectionName).ConnectionString!, configureDataSourceBuilder));
        builder.LeaveOut(settings.DisableTracing, settings.DisableMetrics);
        if (!settings.DisableHealthChecks)
            builder.AddPostgresHealthCheck("PostgreSql", services => services.GetRequiredService<NpgsqlDataSource>());
    }

    /// <summary>
    /// Registers <typeparamref name="TContext"/>, pooled, with retries, health check, tracing and metrics.
    /// It shares the connection pool of a data source registered for the same connection string.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="connectionName">The name of the connection string, <c>ConnectionStrings:{connectionName}</c>.</param>
    /// <param name="configureSettings">Changes settings after the section has been read.</param>
    /// <param name="configureDbContextOptions">Changes the context's options.</param>
    public static void AddNpgsqlDbContext<TContext>(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlEntityFrameworkCorePostgreSQLSettings>? configureSettings = null,
        Action<DbContextOptionsBuilder>? configureDbContextOptions = null)
        where TContext : DbContext
    {
        const string section = NpgsqlEntityFrameworkCorePostgreSQLSettings.Section;
        builder.AddClientSettings(section, connectionName, configureSettings);
        var settings = builder.ReadClientSettings(section, connectionName, configureSettings);
        builder.Services.AddSingleton(services => new ContextDataSource<TContext>(
            services, () => services.ClientSettingsOf<NpgsqlEntityFrameworkCorePostgreSQLSettings>(connectionName).ConnectionString!));
        builder.Services.AddDbContextPool<TContext>((services, options) =>
        {
            options.UseNpgsql(
                services.GetRequiredService<ContextDataSource<TContext>>().Source,
                npgsql => Apply(services.ClientSettingsOf<NpgsqlEntityFrameworkCorePostgreSQLSettings>(connectionName), npgsql));
            configureDbContextOptions?.Invoke(options);
        });
        builder.LeaveOut(settings.DisableTracing, settings.DisableMetrics);
        if (!settings.DisableHealthChecks)
            builder.AddPostgresHealthCheck(typeof(TContext).Name, services => services.GetRequiredService<ContextDataSource<TContext>>().Source);
    }

    /// <summary>A pool that asks for the password at each new connection, so that a new one needs no restart.</summary>
    internal static NpgsqlDataSource BuildDataSource(
        IServiceProvider services, Func<string> connectionString, Action<NpgsqlDataSourceBuilder>? configure)
    {
        var builder = new NpgsqlDataSourceBuilder(WithDefaults(services, connectionString()));
        // Otherwise every metric and span tells the whole connection string.
        builder.Name = builder.ConnectionStringBuilder.Database;
        if (builder.ConnectionStringBuilder.Password is not null)
        {
            builder.ConnectionStringBuilder.Password = null;
            builder.UsePasswordProvider(_ => PasswordOf(connectionString()), (_, _) => new(PasswordOf(connectionString())));
        }

        if (TrustFor(services, builder.ConnectionStringBuilder) is { } trust)
            builder.UseSslClientAuthenticationOptionsCallback(options => options.RemoteCertificateValidationCallback = trust);
        builder.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>());
        configure?.Invoke(builder);
        return builder.Build();
    }

    internal static string WithDefaults(IServiceProvider services, string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(
            $"{Defaults};Application Name={services.GetRequiredService<IHostEnvironment>().ApplicationName};{connectionString}");
        // Npgsql takes no callback beside a verification of its own; the callback verifies authority and name.
        if (settings.SslMode is SslMode.VerifyFull or SslMode.VerifyCA && TrustFor(services, settings) is not null)
            settings.SslMode = SslMode.Require;
        return settings.ConnectionString;
    }

    /// <summary>What decides on a server's certificate; null where Npgsql does: a root certificate of the connection string's own is the only one to trust.</summary>
    private static RemoteCertificateValidationCallback? TrustFor(IServiceProvider services, NpgsqlConnectionStringBuilder settings) =>
        settings.RootCertificate is null ? services.GetService<RemoteCertificateValidationCallback>() : null;

    private static string PasswordOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Password ?? "";

    private static void Apply(
        NpgsqlEntityFrameworkCorePostgreSQLSettings settings,
        Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure.NpgsqlDbContextOptionsBuilder npgsql)
    {
        if (!settings.DisableRetry)
            npgsql.EnableRetryOnFailure();
        if (settings.CommandTimeout is { } seconds)
            npgsql.CommandTimeout(seconds);
    }

    private static void LeaveOut(this IHostApplicationBuilder builder, bool tracing, bool metrics) =>
        builder.Services.Configure<TelemetryOptions>(telemetry =>
        {
            if (tracing)
                telemetry.Sources.Remove(TelemetryOptions.Npgsql);
            if (metrics)
                telemetry.Meters.Remove(TelemetryOptions.Npgsql);
        });

    private static void AddPostgresHealthCheck(
        this IHostApplicationBuilder builder, string name, Func<IServiceProvider, NpgsqlDataSource> source) =>
        builder.Services.AddHealthChecks().Add(new(
            name, services => new PostgresHealthCheck(source(services)), HealthStatus.Unhealthy, tags: null));
}
