using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AsyncStack.Api.Grpc.HealthV1;
using AsyncStack.Api.Grpc.TaskV1;
using AsyncStack.Api.Tests.Support;
using Google.Protobuf;
using Npgsql;
using Task = System.Threading.Tasks.Task;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>The Api's gRPC when what it stands on is away, and on a port with a certificate.</summary>
public sealed class EndpointTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Without_postgres_calls_are_UNAVAILABLE_and_health_says_so()
    {
        var settings = new NpgsqlConnectionStringBuilder(api.DatabaseConnection);
        await using var wire = new Wire(settings.Host!, settings.Port);
        (settings.Host, settings.Port) = ("127.0.0.1", wire.Port);
        await using var host = api.StartHost(("ConnectionStrings:asyncstack", settings.ConnectionString), ("Health:CacheFor", "00:00:00"));
        using var client = new RawClient(host.GrpcAddress);
        var process = RawClient.Frame(new ProcessTaskRequest { ResourceId = "r", Action = "a" });

        await wire.CutAsync();
        var answer = await client.CallAsync("/task.v1.TaskService/ProcessTask", process);
        var health = await client.CallAsync("/grpc.health.v1.Health/Check", RawClient.Frame(new HealthCheckRequest()));

        Assert.Equal(14, answer.Status);
        Assert.DoesNotContain("127.0.0.1", answer.Message, StringComparison.Ordinal);
        Assert.Equal(
            HealthCheckResponse.Types.ServingStatus.NotServing, HealthCheckResponse.Parser.ParseFrom(health.Messages.Single().Payload).Status);
        wire.Mend();
        await Waiting.ForAsync(async () => (await client.CallAsync("/task.v1.TaskService/ProcessTask", process)).Status == 0);
    }

    [Fact]
    public async Task Earlier_HTTP_and_other_methods_are_refused_as_over_HTTP()
    {
        const string Path = "/task.v1.TaskService/ListTasks";

        using var upgrade = await api.Client.PostBytesAsync(Path, RawClient.Frame(new ListTasksRequest()), "application/grpc");
        using var get = await api.Client.GetAsync(Path, TestContext.Current.CancellationToken);

        await upgrade.ProblemAsync(HttpStatusCode.UpgradeRequired);
        Assert.Equal("HTTP/2", upgrade.Headers.Upgrade.ToString());
        await get.ProblemAsync(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task The_trace_of_the_caller_goes_on_in_the_event()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        // The row itself is gone once it is published.
        await api.ExecuteAsync("create table traces (traceparent text)");
        await api.ExecuteAsync("""
            create function note_trace() returns trigger language plpgsql as
            'begin insert into traces values (new.traceparent); return new; end'
            """);
        await api.ExecuteAsync("create trigger note_trace before insert on outbox for each row execute function note_trace()");
        using var client = new RawClient(api.Host.GrpcAddress);

        var answer = await client.CallAsync(
            "/task.v1.TaskService/ProcessTask",
            RawClient.Frame(new ProcessTaskRequest { ResourceId = "traced", Action = "a" }),
            ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        Assert.Equal(0, answer.Status);
        Assert.StartsWith($"00-{Trace}-", await api.ReadAsync<string>("select traceparent from traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_with_a_certificate_speaks_both_and_calls_go_over_TLS()
    {
        using var certificate = NewCertificate();
        var file = Path.Combine(api.StorageFolder, "test.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pfx), TestContext.Current.CancellationToken);
        await using var host = api.StartHost(
            ("Kestrel:Endpoints:grpc:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:grpc:Protocols", "Http1AndHttp2"),
            ("Kestrel:Endpoints:grpc:Certificate:Path", file));
        using var client = new RawClient(host.GrpcAddress, certificate.GetCertHashString());

        var answer = await client.CallAsync("/task.v1.TaskService/ListTasks", RawClient.Frame(new ListTasksRequest()));

        Assert.Equal(0, answer.Status);
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
