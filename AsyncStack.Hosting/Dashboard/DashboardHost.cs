using System.Net;
using AsyncStack.Hosting.Dashboard.Access;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>
/// The dashboard's web application inside the AppHost's process: pages and their API, OTLP over gRPC and OTLP over HTTP, each on a
/// loopback port of its own. It listens before the first resource starts and until the last one has stopped.
/// </summary>
internal sealed class DashboardHost(
    IServiceProvider services,
    IOptions<DashboardOptions> options,
    DistributedApplicationOptions application,
    GraphState state,
    LoginLink link,
    ProgramTelemetry telemetry) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(2);

    private readonly PortAllocator _allocator = new();
    private readonly List<string> _notices = [];
    private IHost? _web;

    /// <summary>Where it listens; null while it does not.</summary>
    public DashboardPorts? Ports { get; private set; }

    /// <summary>What a person in front of the terminal has to know, a line each.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <exception cref="DistributedApplicationException">An option is wrong, or it could not listen.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (application.DisableDashboard || !Read().Enabled)
            return;
        var ports = ChoosePorts(Read());
        _web = Build(ports);
        try
        {
            await _web.StartAsync(cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            throw new DistributedApplicationException(exception.Message, exception);
        }
        catch (IOException exception)
        {
            throw new DistributedApplicationException(
                $"The dashboard could not listen: {exception.Message} Choose other ports (--Dashboard:Port, --Dashboard:OtlpGrpcPort, --Dashboard:OtlpHttpPort) or leave it out (--Dashboard:Enabled=false).", exception);
        }

        Ports = ports;
        telemetry.DashboardEndpoint = ports.OtlpGrpcUrl;
        telemetry.TraceUrl = ports.Url + "/traces/{trace_id}";
        link.Open(ports.Url);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_web is not null)
            await _web.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await StopAsync(CancellationToken.None);
            _web.Dispose();
        }

        _web = null;
        _allocator.Dispose();
    }

    private DashboardOptions Read()
    {
        try
        {
            return options.Value;
        }
        catch (OptionsValidationException exception)
        {
            throw new DistributedApplicationException(exception.Message, exception);
        }
    }

    private DashboardPorts ChoosePorts(DashboardOptions asked) => new(
        Choose("the dashboard", nameof(DashboardOptions.Port), asked.Port, DashboardOptions.UsualPort),
        Choose("OTLP over gRPC", nameof(DashboardOptions.OtlpGrpcPort), asked.OtlpGrpcPort, DashboardOptions.UsualOtlpGrpcPort),
        Choose("OTLP over HTTP", nameof(DashboardOptions.OtlpHttpPort), asked.OtlpHttpPort, DashboardOptions.UsualOtlpHttpPort));

    private int Choose(string what, string option, int? asked, int usual)
    {
        var wanted = asked ?? (state.IsThrowAway ? 0 : usual);
        var port = _allocator.Allocate(wanted == 0 ? null : wanted);
        if (wanted != 0 && port != wanted)
            _notices.Add($"Port {wanted} is taken by another program; {what} is on {port} in this run. --{DashboardOptions.Section}:{option} sets another.");
        return port;
    }

    private IHost Build(DashboardPorts ports) => new HostBuilder()
        .ConfigureServices(s =>
        {
            s.Configure<HostOptions>(o => o.ShutdownTimeout = StopDeadline);
            s.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
            s.AddSingleton<IHostLifetime, NoLifetime>();
            s.AddSingleton(services.GetRequiredService<ILoggerFactory>());
            s.AddDashboardApplication(services, ports);
        })
        .ConfigureWebHost(
            web => web
                .UseKestrelCore()
                .ConfigureKestrel(kestrel => Listen(kestrel, ports))
                .Configure(app => DashboardApplication.Configure(app, ports)),
            web => web.SuppressEnvironmentConfiguration = true)
        .Build();

    private static void Listen(KestrelServerOptions kestrel, DashboardPorts ports)
    {
        kestrel.AddServerHeader = false;
        kestrel.ListenLocalhost(ports.Http, listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.ListenLocalhost(ports.OtlpGrpc, listen => listen.Protocols = HttpProtocols.Http2);
        kestrel.ListenLocalhost(ports.OtlpHttp, listen => listen.Protocols = HttpProtocols.Http1);
    }

    // The AppHost's own host listens to Ctrl-C.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Where the dashboard of this run listens.</summary>
internal sealed record DashboardPorts(int Http, int OtlpGrpc, int OtlpHttp)
{
    /// <summary>The pages. By name, as people read it and browsers keep the session under it.</summary>
    public string Url => $"http://localhost:{Http}";

    /// <summary>For the graph's programs: by number, since the name would be tried as IPv6 first.</summary>
    public string OtlpGrpcUrl => $"http://{EndpointAllocation.Address}:{OtlpGrpc}";

    /// <inheritdoc cref="OtlpGrpcUrl" />
    public string OtlpHttpUrl => $"http://{EndpointAllocation.Address}:{OtlpHttp}";
}
