using System.Net;
using AsyncStack.Hosting.Dashboard.Pages;
using AsyncStack.Hosting.Tests.Native;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class PageTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private WebApplication _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "assets"));
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "index.html"), "<p>the page</p>", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "assets", "index-4f2a.js"), "export {}", Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "icon.svg"), "<svg/>", Cancel);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseDashboardPages(_folder.Path);
        await _app.StartAsync(Cancel);
        _client.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/index.html")]
    [InlineData("/traces/0af7651916cd43dd8448eb211c80319c")]
    [InlineData("/resources/api.v2")]
    public async Task Every_address_of_the_application_is_its_page_and_never_kept(string path)
    {
        using var response = await _client.GetAsync(path, Cancel);

        Assert.Equal("<p>the page</p>", await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("/assets/index-4f2a.js", "private, max-age=31536000, immutable")]
    [InlineData("/icon.svg", "no-cache")]
    public async Task Files_named_by_their_content_are_kept(string path, string expected)
    {
        using var response = await _client.GetAsync(path, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Headers.NonValidated["Cache-Control"].ToString());
    }

    [Fact]
    public async Task An_asset_of_an_earlier_build_is_missing_rather_than_the_page()
    {
        using var response = await _client.GetAsync("/assets/old-0000.js", Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Pages_that_are_not_built_say_how_to_build_them()
    {
        File.Delete(Path.Combine(_folder.Path, "index.html"));
        using var response = await _client.GetAsync("/", Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("dotnet build AsyncStack.AppHost", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }
}
