using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.ServiceDefaults.Tests;

public sealed class ProblemTests
{
    private const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public sealed record Order(int Count, string? Note, Address? Address);

    public sealed record Address
    {
        public required string Street { get; init; }
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task An_unhandled_exception_is_a_problem_that_tells_nothing_of_the_inside(string environment)
    {
        await using var service = await StartAsync(environment);

        var (answer, problem) = await SendAsync(service, HttpMethod.Get, "/throw");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(500, problem.GetProperty("status").GetInt32());
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", problem.GetProperty("trace_id").GetString());
        Assert.All(["type", "title", "detail"], name => Assert.NotEmpty(problem.GetProperty(name).GetString()!));
        Assert.DoesNotContain("secret", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", problem.ToString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("traceId", out _));
    }

    [Theory]
    [InlineData("/postgres-away")]
    [InlineData("/postgres-stopping")]
    [InlineData("/broker-away")]
    [InlineData("/broker-stopping")]
    [InlineData("/timeout")]
    [InlineData("/wrapped")]
    public async Task A_dependency_that_is_away_is_503_with_Retry_After(string path)
    {
        await using var service = await StartAsync();

        var (answer, problem) = await SendAsync(service, HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter!.Delta);
        Assert.DoesNotContain("10.0.0.1", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_we_declared_wrongly_is_no_unavailability()
    {
        await using var service = await StartAsync();

        var (answer, _) = await SendAsync(service, HttpMethod.Get, "/broker-refuses");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_field_of_the_wrong_type_is_named(string environment)
    {
        await using var service = await StartAsync(environment);

        var (answer, problem) = await PostAsync(service, """{"count":"many"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("The value has the wrong type.", problem.GetProperty("errors").GetProperty("count")[0].GetString());
        Assert.DoesNotContain("System.", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_required_field_is_named_with_its_path()
    {
        await using var service = await StartAsync();

        var (answer, problem) = await PostAsync(service, """{"address":{}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("This field is required.", problem.GetProperty("errors").GetProperty("address.street")[0].GetString());
    }

    [Theory]
    [InlineData("""{"count":1""")]
    [InlineData("""{"count":1,}""")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task Malformed_JSON_is_400_and_says_so(string body)
    {
        await using var service = await StartAsync();

        var (answer, problem) = await PostAsync(service, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("body", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("errors", out _));
    }

    [Fact]
    public async Task Bad_UTF8_is_400()
    {
        await using var service = await StartAsync();
        using var content = new ByteArrayContent([.. "{\"note\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");

        var (answer, _) = await SendAsync(service, HttpMethod.Post, "/orders", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("DELETE", "/orders", 405)]
    [InlineData("GET", "/number?n=x", 400)]
    [InlineData("GET", "/status/409", 409)]
    public async Task Bare_statuses_get_a_body(string method, string path, int status)
    {
        await using var service = await StartAsync();

        var (answer, problem) = await SendAsync(service, new HttpMethod(method), path);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_parameter_that_does_not_bind_is_named()
    {
        await using var service = await StartAsync();

        var (_, problem) = await SendAsync(service, HttpMethod.Get, "/number?n=x");

        Assert.Equal("The parameter 'n' is missing or has a value of the wrong type.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        await using var service = await StartAsync();
        using var content = new StringContent("count=1", Encoding.UTF8, "text/csv");

        var (answer, _) = await SendAsync(service, HttpMethod.Post, "/orders", content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413()
    {
        await using var service = await StartAsync();

        var (answer, _) = await PostAsync(service, $$"""{"note":"{{new string('x', 10_000)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("/echo", "order-7:A/b_c.d+e=f@g", true)]
    [InlineData("/throw", "order-7", true)]
    [InlineData("/echo", "two words", false)]
    [InlineData("/echo", "<script>", false)]
    public async Task A_correlation_id_is_echoed_if_it_is_one(string path, string id, bool echoed)
    {
        await using var service = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Correlation-Id", id);

        using var answer = await service.Client.SendAsync(request, Stop);

        Assert.Equal(echoed ? [id] : [], answer.Headers.TryGetValues("X-Correlation-Id", out var values) ? values : []);
    }

    private static Task<(HttpResponseMessage, JsonElement)> PostAsync(TestService service, string json) =>
        SendAsync(service, HttpMethod.Post, "/orders", new StringContent(json, Encoding.UTF8, "application/json"));

    private static async Task<(HttpResponseMessage Answer, JsonElement Problem)> SendAsync(
        TestService service, HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("traceparent", TraceParent);
        request.Headers.Add("Accept", "text/html");
        var answer = await service.Client.SendAsync(request, Stop);
        return (answer, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement);
    }

    private static Task<TestService> StartAsync(string environment = "Production") =>
        TestService.StartAsync(
            builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 4096);
                builder.Services.ConfigureHttpJsonOptions(json =>
                    json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
            },
            app =>
            {
                app.MapGet("/echo", () => "echo");
                app.MapGet("/number", (int n) => n);
                app.MapGet("/status/{code:int}", (int code) => Microsoft.AspNetCore.Http.Results.StatusCode(code));
                app.MapPost("/orders", ([FromBody] Order order) => order);
                Throwing(app, "/throw", new InvalidOperationException("secret"));
                Throwing(app, "/timeout", new TimeoutException());
                Throwing(app, "/postgres-away", new NpgsqlException("Failed to connect to 10.0.0.1", new System.Net.Sockets.SocketException()));
                Throwing(app, "/postgres-stopping", new PostgresException("shutting down", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown));
                Throwing(app, "/broker-away", new BrokerUnreachableException(new IOException("10.0.0.1")));
                Throwing(app, "/broker-stopping", new OperationInterruptedException(new(ShutdownInitiator.Peer, Constants.ConnectionForced, "10.0.0.1")));
                Throwing(app, "/broker-refuses", new OperationInterruptedException(new(ShutdownInitiator.Peer, Constants.PreconditionFailed, "unequal")));
                Throwing(app, "/wrapped", new InvalidOperationException("query failed", new NpgsqlException("lost", new IOException())));
            },
            environment: environment);

    private static void Throwing(WebApplication app, string path, Exception exception) =>
        app.MapGet(path, void () => throw exception);
}
