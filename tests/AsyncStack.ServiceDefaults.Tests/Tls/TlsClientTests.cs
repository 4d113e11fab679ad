using System.Net;
using System.Security.Cryptography.X509Certificates;
using AsyncStack.Core.Storage;
using AsyncStack.ServiceDefaults.Tests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace AsyncStack.ServiceDefaults.Tests.Tls;

/// <summary>Each client against its real server behind TLS, whose certificate names <c>localhost</c>.</summary>
[Collection(ClientServersCollection.Name)]
public sealed class TlsClientTests(ClientServers servers) : IDisposable
{
    private readonly TestAuthority _authority = new("ours");
    private readonly TestAuthority _foreign = new("foreign");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Clients => ["postgres", "rabbitmq", "redis", "s3"];

    public void Dispose()
    {
        _authority.Dispose();
        _foreign.Dispose();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_server_of_the_authority_is_connected_to_by_its_name(string client)
    {
        using var certificate = _authority.Issue();

        await ConnectAsync(client, "localhost", certificate, _authority.CaFile);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_server_of_another_authority_is_refused_with_the_reason(string client)
    {
        using var certificate = _foreign.Issue();
        using var refused = new LogSignal("The certificate of localhost (CN=server) is refused: no authority of Tls:CaFile or of the system vouches for it");

        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(client, "localhost", certificate, _authority.CaFile, refused));

        await refused.Seen;
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_server_by_a_name_that_is_not_in_its_certificate_is_refused_with_the_reason(string client)
    {
        using var certificate = _authority.Issue();
        using var refused = new LogSignal("The certificate of 127.0.0.1 (CN=server) is refused: it names 'localhost', so connect by that name");

        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(client, "127.0.0.1", certificate, _authority.CaFile, refused));

        await refused.Seen;
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Without_the_authority_the_system_decides_and_refuses(string client)
    {
        using var certificate = _authority.Issue();

        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync(client, "localhost", certificate, caFile: null));
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused()
    {
        using var certificate = _authority.Issue(until: TimeProvider.System.GetUtcNow().AddHours(-1));
        using var refused = new LogSignal("NotTimeValid");

        await Assert.ThrowsAnyAsync<Exception>(() => ConnectAsync("postgres", "localhost", certificate, _authority.CaFile, refused));

        await refused.Seen;
    }

    private Task ConnectAsync(string client, string host, X509Certificate2 certificate, string? caFile, params ILoggerProvider[] loggers) => client switch
    {
        "postgres" => PostgresAsync(host, certificate, caFile, loggers),
        "rabbitmq" => RabbitMQAsync(host, certificate, caFile, loggers),
        "redis" => RedisAsync(host, certificate, caFile, loggers),
        _ => S3Async(host, certificate, caFile, loggers),
    };

    private async Task PostgresAsync(string host, X509Certificate2 certificate, string? caFile, ILoggerProvider[] loggers)
    {
        var server = new NpgsqlConnectionStringBuilder(servers.PostgresConnectionString);
        await using var wire = new TlsWire(certificate, new DnsEndPoint(server.Host!, server.Port), isPostgres: true);
        (server.Host, server.Port, server.SslMode) = (host, wire.Port, SslMode.VerifyFull);
        await using var app = Build(b => b.AddNpgsqlDataSource("server"), server.ConnectionString, caFile, loggers);
        await using var connection = await app.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Stop);
    }

    private async Task RabbitMQAsync(string host, X509Certificate2 certificate, string? caFile, ILoggerProvider[] loggers)
    {
        var server = new Uri(servers.RabbitMQConnectionString);
        await using var wire = new TlsWire(certificate, new DnsEndPoint(server.Host, server.Port));
        var address = new UriBuilder(server) { Scheme = "amqps", Host = host, Port = wire.Port }.Uri.ToString();
        await using var app = Build(b => b.AddRabbitMQClient("server", settings => settings.MaxConnectRetryCount = 0), address, caFile, loggers);
        Assert.True(app.Services.GetRequiredService<IConnection>().IsOpen);
    }

    private async Task RedisAsync(string host, X509Certificate2 certificate, string? caFile, ILoggerProvider[] loggers)
    {
        var server = servers.RedisConnectionString;
        var (name, port) = (server.Split(':', ',')[0], int.Parse(server.Split(':', ',')[1], System.Globalization.CultureInfo.InvariantCulture));
        await using var wire = new TlsWire(certificate, new DnsEndPoint(name, port));
        var address = server.Replace($"{name}:{port}", $"{host}:{wire.Port}", StringComparison.Ordinal) + ",ssl=true";
        await using var app = Build(b => b.AddRedisClient("server"), address, caFile, loggers);
        await app.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync();
    }

    private static async Task S3Async(string host, X509Certificate2 certificate, string? caFile, ILoggerProvider[] loggers)
    {
        var server = new S3Server();
        await server.InitializeAsync();
        await using var stopping = server;
        await using var wire = new TlsWire(certificate, new DnsEndPoint("127.0.0.1", server.Port));
        var address = S3Server.ConnectionStringFor(wire.Port).Replace("http://127.0.0.1", $"https://{host}", StringComparison.Ordinal);
        await using var app = Build(b => b.AddObjectStorage("server"), address, caFile, loggers);
        var (storage, uri) = (app.Services.GetRequiredService<IObjectStorage>(), new ObjectUri("tls", "object"));
        await storage.EnsureBucketAsync("tls", Stop);
        using var content = new MemoryStream("through TLS"u8.ToArray());
        Assert.Equal(11, (await storage.PutAsync(uri, content, cancellationToken: Stop)).Size);
    }

    private static WebApplication Build(Action<WebApplicationBuilder> add, string connection, string? caFile, ILoggerProvider[] loggers) => TestService.Build(
        builder =>
        {
            foreach (var logger in loggers)
                builder.Logging.AddProvider(logger);
            add(builder);
        },
        settings: new() { ["ConnectionStrings:server"] = connection }, caFile: caFile);
}
