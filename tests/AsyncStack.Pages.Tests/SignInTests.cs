using System.Net.Http.Json;
using Projects;

namespace AsyncStack.Pages.Tests;

/// <summary>A graph that wants to know who calls, and a browser before it.</summary>
public sealed class SignInTests(PagesFixture pages) : IAsyncLifetime
{
    private const string Key = "ask_firstkey_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

    private IDistributedApplicationTestingBuilder _builder = null!;
    private DistributedApplication _app = null!;
    private Uri _origin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync<AsyncStack_AppHost>(
            ["--Override:api:Auth__Mode=Required", $"--Override:api:Auth__BootstrapKey={Key}"], CancellationToken.None);
        _app = await _builder.BuildAsync(CancellationToken.None);
        await _app.StartAsync(CancellationToken.None);
        foreach (var resource in new[] { "gateway", "api", "worker", "web" })
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(resource, Cancel);
        }

        _origin = _app.GetEndpoint("gateway", "http");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _builder.DisposeAsync();
    }

    [Fact]
    public async Task A_person_signs_in_by_key_sees_what_happens_live_and_signs_out()
    {
        var page = await pages.OpenAsync("/jobs", origin: _origin);
        var form = page.GetByRole(AriaRole.Dialog, new() { Name = "Sign in to AsyncStack" });
        await Expect(form).ToBeVisibleAsync();
        await form.GetByLabel("API key").FillAsync(Key.Replace('G', 'H'));
        await form.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(form).ToContainTextAsync("The key is not known here");

        await form.GetByLabel("API key").FillAsync(Key);
        await form.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        var menu = page.GetByRole(AriaRole.Button, new() { Name = "Signed in as key:firstkey" });
        await Expect(menu).ToBeVisibleAsync();
        await Expect(form).ToBeHiddenAsync();
        Assert.DoesNotContain(Key[13..], await page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)"), StringComparison.Ordinal);
        await SubmitAsync();
        await Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();

        await menu.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await Expect(form).ToBeVisibleAsync();
        Assert.Empty(pages.TakeOffences());
    }

    // Seen by the list only because the stream tells of it.
    private async Task SubmitAsync()
    {
        using var client = new HttpClient { BaseAddress = _origin, DefaultRequestHeaders = { { "X-Api-Key", Key } } };
        using var answer = await client.PostAsJsonAsync("/task", 1, Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
