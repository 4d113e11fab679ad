using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Api.Tests.Support;

/// <summary>The Api's own program on a real socket, with a client that talks to it.</summary>
internal sealed class ApiHost : WebApplicationFactory<Program>
{
    private readonly IReadOnlyDictionary<string, string> _settings;

    public ApiHost(IReadOnlyDictionary<string, string> settings)
    {
        _settings = settings;
        UseKestrel();
        StartServer();
        // In the order of the endpoints' names.
        var addresses = Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        GrpcAddress = new Uri(addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(addresses.Last()),
        };
    }

    public HttpClient Client { get; }

    /// <summary>Speaks HTTP/2 without TLS.</summary>
    public Uri GrpcAddress { get; }

    public override async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await base.DisposeAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not UseKestrel(0): that sets the port after the build, while the program may already be starting its server.
        builder.UseSetting("Kestrel:Endpoints:http:Url", "http://127.0.0.1:0");
        builder.UseSetting("Kestrel:Endpoints:grpc:Url", "http://127.0.0.1:0");
        builder.UseSetting("Kestrel:Endpoints:grpc:Protocols", "Http2");
        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
    }
}
