using System.Net;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Api.Tests.Support;

/// <summary>Requests and answers as the tests write and read them.</summary>
internal static class Http
{
    public const string Process = "/api/process";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A body that is accepted, with more fields when they are given: <c>"a": 1, "b": 2</c>.</summary>
    public static string Body(string more = "") =>
        "{\"callback_url\":\"https://example.com/hook\",\"payload\":{\"n\":1}" + (more.Length == 0 ? "" : "," + more) + "}";

    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient client, string path, string body, params (string Name, string Value)[] headers) =>
        client.PostBytesAsync(path, Encoding.UTF8.GetBytes(body), "application/json", headers);

    public static async Task<HttpResponseMessage> PostBytesAsync(
        this HttpClient client, string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Cancel);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    /// <summary>The problem of an answer, after checking that it has the shape every problem has.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonElement.Parse(text);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        foreach (var field in new[] { "type", "title", "detail", "trace_id" })
        {
            Assert.NotEqual("", problem.GetProperty(field).GetString());
        }

        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return problem;
    }

    public static string? Detail(this JsonElement problem) => problem.GetProperty("detail").GetString();

    /// <summary>The target of the link to the next page; null on the last one.</summary>
    public static string? Next(this HttpResponseMessage response) =>
        response.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
}
