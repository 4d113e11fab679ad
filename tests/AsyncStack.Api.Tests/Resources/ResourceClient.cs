using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Resources;

/// <summary>Speaks to <c>/api/v1/resources</c> as a caller does.</summary>
internal static class ResourceClient
{
    public const string Root = "/api/v1/resources";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Creates a resource and returns its path.</summary>
    public static async Task<string> CreateAsync(this HttpClient client, string name = "n")
    {
        var response = await client.PostAsync(Root, JsonSerializer.Serialize(new { name }));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    public static Task<HttpResponseMessage> ReplaceAsync(
        this HttpClient client, string path, string body, params (string Name, string Value)[] headers) =>
        client.SendAsync(HttpMethod.Put, path, body, headers);

    public static Task<HttpResponseMessage> ReadAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.SendAsync(HttpMethod.Get, path, null, headers);

    public static Task<HttpResponseMessage> RemoveAsync(this HttpClient client, string path, params (string Name, string Value)[] headers) =>
        client.SendAsync(HttpMethod.Delete, path, null, headers);

    private static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, HttpMethod method, string path, string? body, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Cancel);
    }
}
