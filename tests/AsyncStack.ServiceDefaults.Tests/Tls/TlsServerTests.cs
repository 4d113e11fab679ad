using AsyncStack.ServiceDefaults.Health;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.ServiceDefaults.Tests.Tls;

/// <summary>A service that listens by https alone, by Kestrel's own settings.</summary>
public sealed class TlsServerTests : IDisposable
{
    private readonly TestAuthority _authority = new("ours");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("https+http://api/health", "https")]
    [InlineData("http://api/health", "http")]
    public async Task A_service_is_found_and_trusted_by_its_name(string address, string endpoint)
    {
        await using var api = await StartAsync();
        await using var caller = TestService.Build(
            builder => builder.Services.AddHttpClient("caller"),
            settings: new() { [$"services:api:{endpoint}:0"] = $"https://localhost:{api.Client.BaseAddress!.Port}" }, caFile: _authority.CaFile);
        using var client = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient("caller");

        Assert.Equal("""{"status":"healthy"}""", await client.GetStringAsync(new Uri(address), Stop));
    }

    [Fact]
    public async Task A_caller_without_the_authority_is_refused()
    {
        await using var api = await StartAsync();
        await using var caller = TestService.Build(builder => builder.Services.AddHttpClient("caller"));
        using var client = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient("caller");

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri($"https://localhost:{api.Client.BaseAddress!.Port}/health"), Stop));
    }

    [Fact]
    public async Task The_health_command_asks_by_https_with_the_authority_and_the_right_name()
    {
        await using var api = await StartAsync();
        var port = api.Client.BaseAddress!.Port;

        Assert.Equal(0, await HealthCommand.AskAsync(new Uri($"https://localhost:{port}/health"), _authority.CaFile));
        Assert.Equal(1, await HealthCommand.AskAsync(new Uri($"https://127.0.0.1:{port}/health"), _authority.CaFile));
        Assert.Equal(1, await HealthCommand.AskAsync(new Uri($"https://localhost:{port}/health"), caFile: null));
    }

    [Theory]
    [InlineData("/nowhere/ca.pem", "which cannot be read")]
    [InlineData("/dev/null", "which holds no certificate")]
    public void A_file_without_authorities_stops_the_start(string file, string fault)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => TestService.Build(caFile: file));

        Assert.Contains($"Tls:CaFile is '{file}', {fault}", failure.Message, StringComparison.Ordinal);
    }

    private async Task<TestService> StartAsync()
    {
        using var certificate = _authority.Issue();
        return await TestService.StartAsync(settings: new()
        {
            ["Kestrel:Endpoints:https:Url"] = "https://127.0.0.1:0",
            ["Kestrel:Certificates:Default:Path"] = _authority.CertificateFile,
            ["Kestrel:Certificates:Default:KeyPath"] = _authority.KeyFile,
        });
    }
}
