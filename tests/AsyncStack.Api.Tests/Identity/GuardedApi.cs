using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Identity;

/// <summary>An Api that wants to know who calls, and keys to call it with.</summary>
public sealed class GuardedApi(ApiServers servers) : IAsyncLifetime
{
    public const string BootstrapKey = "ask_firstkey_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    public const string Keys = "/api/v1/keys";

    private readonly ApiFixture _fixture = new(servers);

    internal ApiFixture Fixture => _fixture;

    internal ApiHost Host { get; private set; } = null!;

    /// <summary>Without a credential.</summary>
    internal HttpClient Client => Host.Client;

    public async ValueTask InitializeAsync()
    {
        await _fixture.InitializeAsync();
        Host = StartHost();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _fixture.DisposeAsync();
    }

    /// <summary>Starts a replica that wants to know who calls.</summary>
    internal ApiHost StartHost(params (string Name, string Value)[] settings) =>
        _fixture.StartHost([("Auth:Mode", "Required"), ("Auth:BootstrapKey", BootstrapKey), .. settings]);

    /// <summary>Makes a key with these scopes.</summary>
    internal async Task<TestKey> CreateKeyAsync(string scopes, string more = "")
    {
        var list = string.Join(", ", scopes.Split(' ').Select(s => $"\"{s}\""));
        var answer = await SendAsync(Client, HttpMethod.Post, Keys, BootstrapKey, $$"""{"name": "test", "scopes": [{{list}}]{{more}}}""");
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        var json = await answer.JsonAsync();
        return new TestKey(json.GetProperty("details").GetProperty("id").GetGuid(), json.GetProperty("key").GetString()!);
    }

    internal Task<HttpResponseMessage> RevokeAsync(TestKey key) => SendAsync(Client, HttpMethod.Post, $"{Keys}/{key.Id}/revoke", BootstrapKey);

    internal static Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string? key) => SendAsync(client, HttpMethod.Get, path, key);

    internal static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string? key, string? json = null) =>
        SendAsync(client, method, path, json, key is null ? [] : [("X-Api-Key", key)]);

    internal static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string? json, params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}

/// <summary>A key as its holder has it.</summary>
internal sealed record TestKey(Guid Id, string Text)
{
    public string Prefix => Text[..12];

    /// <summary>As the audit names its holder.</summary>
    public string Actor => $"key:{Text[4..12]}";
}
