using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AsyncStack.Graph.Tests;

/// <summary>Speaks to the graph through its gateway as a caller would.</summary>
internal sealed class GraphClient(HttpClient http)
{
    public HttpClient Http { get; } = http;

    /// <summary>Submits a job and returns what identifies it; fails the test when it is not accepted.</summary>
    public async Task<Accepted> SubmitAsync(Uri callback, string jobType = "echo", object? payload = null, object? more = null)
    {
        using var response = await TrySubmitAsync(callback, jobType, payload, more);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new Accepted(body.GetProperty("correlation_id").GetString()!, body.GetProperty("job_id").GetGuid());
    }

    /// <summary>Submits a job; the answer may be anything.</summary>
    public Task<HttpResponseMessage> TrySubmitAsync(Uri callback, string jobType = "echo", object? payload = null, object? more = null)
    {
        var request = JsonSerializer.SerializeToNode(more ?? new { })!.AsObject();
        request["callback_url"] = callback.ToString();
        request["job_type"] = jobType;
        request["payload"] = JsonSerializer.SerializeToNode(payload ?? new { n = 1 });
        return Http.PostAsJsonAsync("/api/process", request);
    }

    /// <summary>Submits many jobs at once.</summary>
    public Task<Accepted[]> SubmitManyAsync(int count, Uri callback, string jobType = "echo", object? payload = null) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => SubmitAsync(callback, jobType, payload)));

    public Task<JsonElement> JobAsync(string correlationId) => GetAsync($"/api/process/{correlationId}");

    public Task<JsonElement> EventsAsync(Guid jobId) => GetAsync($"/jobs/{jobId}/events");

    public Task<JsonElement> DeliveriesAsync(string correlationId) => GetAsync($"/api/v1/webhooks/deliveries?correlation_id={correlationId}");

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Http.GetAsync(path, Token);
        Assert.True(response.IsSuccessStatusCode, $"GET {path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(Token)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(Token);
    }

    /// <summary>Posts nothing but the request itself.</summary>
    public Task<Answer> PostAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Post, path));

    /// <summary>Posts a job with headers of the test's choice.</summary>
    public Task<Answer> PostJobAsync(object body, string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/process") { Content = JsonContent.Create(body) };
        request.Headers.Add(header, value);
        return SendAsync(request);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await Http.SendAsync(request, Token))
        {
            return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(Token));
        }
    }
}

/// <summary>What identifies an accepted job.</summary>
internal sealed record Accepted(string CorrelationId, Guid JobId);

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body);
