using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Projects;

namespace AsyncStack.Graph.Tests;

/// <summary>A graph that logs all it can at level Debug, and is given secrets wherever it takes some.</summary>
public sealed partial class RedactionTests : IAsyncLifetime
{
    private static readonly string[] Services = ["api", "worker", "notifier", "web"];

    private readonly ConcurrentDictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _problems = new();
    private TelemetryBytes _telemetry = null!;
    private CallbackReceiver _receiver = null!;
    private IDistributedApplicationTestingBuilder _builder = null!;
    private DistributedApplication _app = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _telemetry = await TelemetryBytes.StartAsync();
        _receiver = await CallbackReceiver.StartAsync();
        string[] levels = ["Default", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore.Database.Command", "Npgsql", "System.Net.Http.HttpClient"];
        var overrides = Services.SelectMany(service => levels.Select(level => $"--Override:{service}:Logging__LogLevel__{level}=Debug").Concat(
        [
            $"--Override:{service}:OTEL_EXPORTER_OTLP_ENDPOINT={_telemetry.Address}",
            $"--Override:{service}:OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        ]));
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<AsyncStack_AppHost>(
            [
                .. overrides,
                "--Override:notifier:Notifier__RetryDelays__0=00:00:00.2",
                $"--Parameters:webhook-secret={NewSecret("webhook-secret", 32)}",
                $"--Parameters:encryption-key={NewSecret("encryption-key", 43)}",
            ],
            CancellationToken.None);
        _app = await _builder.BuildAsync(CancellationToken.None);
        await _app.StartAsync();
        await HealthyAsync("gateway", "api", "worker", "notifier", "web");
        _client = _app.CreateHttpClient("gateway", "http");
        foreach (var server in new[] { "asyncstack", "messaging", "cache", "storage" })
            Keep(server, Password().Match((await _app.GetConnectionStringAsync(server, CancellationToken.None))!));
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _app.DisposeAsync();
        await _builder.DisposeAsync();
        await _receiver.DisposeAsync();
        await _telemetry.DisposeAsync();
    }

    [Fact]
    public async Task No_secret_is_in_a_log_a_trace_or_a_problem()
    {
        await CallBackWithFailureAsync();
        await RefusedAsync();
        await SignWithOwnSecretAsync();
        await WithoutAsync("cache", () => SendAsync(HttpMethod.Get, "/stats"));
        await WithoutAsync("postgres", () => SendAsync(HttpMethod.Get, "/jobs"));

        var logs = _app.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .ToDictionary(r => r.Name, r => string.Join('\n', _app.GetLogs(r.Name)), StringComparer.Ordinal);
        Assert.All(Services, s => Assert.Matches("\"(Debug|debug)\"|dbug", logs[s]));
        Assert.NotEmpty(_problems);
        await Waiting.ForAsync(() => _telemetry.Of("/v1/traces").Any(t => t.Contains("/api/process", StringComparison.Ordinal)) && _telemetry.Of("/v1/logs").Count > 0);

        var told = logs.Select(l => ($"log of {l.Key}", l.Value)).Concat(_problems.Select(p => ("problem", p)))
            .Concat(_telemetry.Of("/v1/traces").Select(t => ("trace", t))).Concat(_telemetry.Of("/v1/logs").Select(t => ("exported log", t)))
            .Concat(_telemetry.Of("/v1/metrics").Select(t => ("metric", t)));
        var leaks = from text in told
                    from secret in _secrets
                    where text.Item2.Contains(secret.Value, StringComparison.Ordinal)
                    select $"{secret.Key} in {text.Item1}: {Around(text.Item2, secret.Value)}";
        Assert.Empty(leaks.Distinct().Take(20));
    }

    /// <summary>A callback that fails at first, to an address with a token in its query.</summary>
    private async Task CallBackWithFailureAsync()
    {
        var attempts = 0;
        _receiver.Answer = _ => Interlocked.Increment(ref attempts) == 1 ? StatusCodes.Status500InternalServerError : StatusCodes.Status204NoContent;
        await SendAsync(HttpMethod.Post, "/api/process", new { callback_url = $"{_receiver.Url}?token={NewSecret("callback token")}", payload = new { n = 1 } });
        await _receiver.NextAsync();
        await _receiver.NextAsync();
    }

    private async Task RefusedAsync()
    {
        foreach (var url in new[] { $"https://user:{NewSecret("callback password")}@example.com/", $"https://user:{NewSecret("broken callback password")}/x@example.com/" })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await SendAsync(HttpMethod.Post, "/api/process", new { callback_url = url, payload = new { n = 1 } }));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await SendAsync(HttpMethod.Post, "/api/v1/webhooks/endpoints", new { url }));
        }

        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, $"/jobs/{Guid.NewGuid()}"));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(HttpMethod.Get, "/api/nothing"));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(HttpMethod.Post, "/webhook", new { type = "job.completed" }));
    }

    /// <summary>A target with a secret of its own, which the Api makes and encrypts, and the notifier decrypts.</summary>
    private async Task SignWithOwnSecretAsync()
    {
        var url = $"{_receiver.Url}?own";
        var endpoint = await ReadAsync("/api/v1/webhooks/endpoints", new { url });
        var rotated = await ReadAsync($"/api/v1/webhooks/endpoints/{endpoint.GetProperty("id").GetGuid()}/rotate-secret", new { overlap_seconds = 0 });
        _secrets["endpoint's secret"] = rotated.GetProperty("secret").GetString()!["whsec_".Length..];
        await SendAsync(HttpMethod.Post, "/api/process", new { callback_url = url, payload = new { n = 1 } });
        await _receiver.NextAsync();
    }

    private async Task<JsonElement> ReadAsync(string path, object body)
    {
        using var answer = await _client.PostAsJsonAsync(path, body, Cancel);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }

    /// <summary>Sends with secrets in the headers that carry some, and keeps the answer when it is a problem.</summary>
    private async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {NewSecret($"authorization of {path}")}");
        request.Headers.TryAddWithoutValidation("X-Api-Key", NewSecret($"key of {path}"));
        request.Headers.TryAddWithoutValidation("Cookie", $"session={NewSecret($"cookie of {path}")}");
        using var answer = await _client.SendAsync(request, Cancel);
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
            _problems.Enqueue(await answer.Content.ReadAsStringAsync(Cancel));
        return answer.StatusCode;
    }

    private async Task WithoutAsync(string resource, Func<Task> meanwhile)
    {
        await _app.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StopCommand, CancellationToken.None);
        await meanwhile();
        await _app.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, CancellationToken.None);
        await HealthyAsync(resource, "api", "worker", "notifier");
    }

    private async Task HealthyAsync(params string[] resources)
    {
        using var deadline = new CancellationTokenSource(Waiting.AtMost);
        foreach (var resource in resources)
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, deadline.Token);
    }

    private string NewSecret(string name, int length = 40) =>
        _secrets[$"{name} {_secrets.Count}"] = System.Security.Cryptography.RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", length);

    private void Keep(string server, Match password)
    {
        Assert.True(password.Success, $"{server} has a password.");
        _secrets[$"password of {server}"] = password.Groups["password"].Value;
    }

    private static string Around(string text, string secret)
    {
        var at = text.IndexOf(secret, StringComparison.Ordinal);
        return text[Math.Max(0, at - 120)..at] + "<here>";
    }

    [GeneratedRegex("(?i:password|SigningKey|SecretKey)=(?<password>[^;,]+)|amqp://[^:]+:(?<password>[^@]+)@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Password();
}
