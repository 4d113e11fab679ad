using System.Text.RegularExpressions;

namespace AsyncStack.Dashboard.Tests;

/// <summary>What can be done on each page.</summary>
public sealed class PageTests(DashboardFixture dashboard)
{
    [Fact]
    public async Task Without_a_session_the_page_tells_of_the_login_link()
    {
        var page = await dashboard.OpenAsync("/resources", loggedIn: false);

        await Expect(page.GetByText("terminal")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-resource]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_session_that_ends_while_a_page_is_open_tells_of_the_login_link()
    {
        var page = await dashboard.OpenAsync("/resources");
        await Expect(page.Locator("[data-resource=api]")).ToBeVisibleAsync();

        await page.Context.ClearCookiesAsync();
        await page.Keyboard.PressAsync("t");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are not signed in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Keys_switch_pages_and_the_back_button_returns()
    {
        var page = await dashboard.OpenAsync("/resources");
        await Expect(page.Locator("[data-resource=api]")).ToBeVisibleAsync();

        foreach (var (key, path) in new[] { ("c", "/console/"), ("l", "/logs"), ("t", "/traces"), ("m", "/metrics"), ("r", "/resources") })
        {
            await page.Keyboard.PressAsync(key);
            await Expect(page).ToHaveURLAsync(With(Regex.Escape(path)));
        }

        await page.GoBackAsync();
        await Expect(page).ToHaveURLAsync(With("/metrics"));
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("duration");
        await Expect(page.GetByLabel("Search instruments")).ToHaveValueAsync("duration");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Search on this page");
    }

    [Fact]
    public async Task A_secret_shows_only_when_it_is_revealed()
    {
        var page = await dashboard.OpenAsync("/resources");
        await page.Locator("[data-resource=api]").ClickAsync();
        var details = page.GetByRole(AriaRole.Complementary);
        await Expect(details).ToContainTextAsync("ConnectionStrings__asyncstack");
        await Expect(details).Not.ToContainTextAsync("Password=");

        await details.GetByRole(AriaRole.Button, new() { Name = "Reveal ConnectionStrings__asyncstack" }).ClickAsync();

        await Expect(details).ToContainTextAsync("Password=");
        await page.Keyboard.PressAsync("Escape");
        await Expect(details).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_resource_is_stopped_and_started_from_its_row()
    {
        var page = await dashboard.OpenAsync("/resources");
        var row = page.Locator("tr", new() { Has = page.Locator("[data-resource=web]") });

        await row.GetByRole(AriaRole.Button, new() { Name = "Stop web" }).ClickAsync();
        await Expect(row).Not.ToContainTextAsync("Healthy");
        await row.GetByRole(AriaRole.Button, new() { Name = "Start web" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Healthy");
    }

    [Fact]
    public async Task The_graph_shows_a_node_for_each_resource_and_opens_its_details()
    {
        var page = await dashboard.OpenAsync("/resources?view=graph");
        var resources = (await DashboardFixture.GetAsync(page, "/api/resources")).GetProperty("resources").GetArrayLength();

        await Expect(page.Locator(".vue-flow__node")).ToHaveCountAsync(resources);
        await page.Locator(".vue-flow__node button", new() { HasText = "worker" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(With("resource=worker"));
        await Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("Waits for");
    }

    [Fact]
    public async Task The_console_marks_what_is_searched_in_the_colours_of_the_program()
    {
        var page = await dashboard.OpenAsync("/console/api");
        var line = page.Locator("[role=log] .line", new() { HasText = "Application started" });
        await Expect(line.First).ToBeVisibleAsync();
        Assert.DoesNotContain("\u001b", await page.GetByRole(AriaRole.Log).InnerTextAsync());
        Assert.Contains("--ansi", await line.First.Locator("span[style]").First.GetAttributeAsync("style"));

        await page.GetByLabel("Search the lines").FillAsync("APPLICATION started");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("[role=log] .current mark")).ToHaveTextAsync("Application started");
        await Expect(page).ToHaveURLAsync(With("search=APPLICATION"));
    }

    [Fact]
    public async Task A_log_record_leads_to_its_span_in_the_waterfall_and_back()
    {
        const string trace = "0000000000000000000000000000b0b0";
        await dashboard.Otlp.SendTraceAsync(trace, 40);
        await dashboard.Otlp.SendLogsAsync(99, 1, trace, OtlpSender.SpanId(7));
        var page = await dashboard.OpenAsync($"/logs?severity=error&resource={OtlpSender.Service}");

        await page.Locator("[role=option]", new() { HasText = "Record 99" }).Last.ClickAsync();
        await page.GetByRole(AriaRole.Complementary).GetByRole(AriaRole.Link, new() { Name = "Trace", Exact = true }).ClickAsync();

        var span = page.Locator("[role=treeitem][aria-selected=true]");
        await Expect(span).ToContainTextAsync("step 7");
        await Expect(span.Locator(".log")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Complementary).GetByRole(AriaRole.Link, new() { Name = "Logs of the span" }).ClickAsync();
        await Expect(page.Locator("[role=option]")).ToHaveCountAsync(1);
        await page.GoBackAsync();
        await Expect(span).ToContainTextAsync("step 7");
    }

    [Fact]
    public async Task Spans_fold_with_the_arrow_keys()
    {
        const string trace = "0000000000000000000000000000f01d";
        await dashboard.Otlp.SendTraceAsync(trace, 20);
        var page = await dashboard.OpenAsync($"/traces/{trace}");
        var spans = page.Locator("[role=treeitem]");
        await Expect(spans).ToHaveCountAsync(20);

        await page.GetByRole(AriaRole.Tree).FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(spans).ToHaveCountAsync(1);
        await Expect(spans).ToHaveAttributeAsync("aria-expanded", "false");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(spans).ToHaveCountAsync(20);
    }

    [Fact]
    public async Task A_histogram_shows_percentiles_by_dimension_and_its_values_as_a_table()
    {
        var page = await dashboard.OpenAsync("/metrics?resource=api");
        await page.GetByLabel("Search instruments").FillAsync("server.request.duration");
        await page.GetByRole(AriaRole.Button, new() { Name = "http.server.request.duration" }).First.ClickAsync();
        await Expect(page.Locator(".legend")).ToContainTextAsync("p99");

        await page.GetByRole(AriaRole.Button, new() { Name = "Group by" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = "http.route" }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".legend")).ToContainTextAsync("/api/process");
        await page.GetByRole(AriaRole.Button, new() { Name = "Table" }).ClickAsync();

        await Expect(page.Locator("th", new() { HasText = "/api/process" }).First).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(With("by=http.route.*table=on|table=on.*by=http.route"));
    }

    [Fact]
    public async Task A_session_is_exported_imported_shown_and_closed()
    {
        const string trace = "00000000000000000000000000005e55";
        await dashboard.Otlp.SendTraceAsync(trace, 30);
        var page = await dashboard.OpenAsync("/resources");
        await page.GetByRole(AriaRole.Button, new() { Name = "Session" }).ClickAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Menuitem, new() { Name = "Export this session" }).ClickAsync());
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}-{download.SuggestedFilename}");
        await download.SaveAsAsync(file);

        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Imported session" })).ToContainTextAsync("Imported session");
        await Expect(page.Locator("[data-resource=api]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("t");
        await page.GetByLabel("Search traces").FillAsync(trace);
        // Other tests' traces are in the session, too, and shown until the search has been answered.
        await Expect(page.Locator("[role=option]")).ToHaveCountAsync(1);
        await page.Locator("[role=option]").ClickAsync();
        await Expect(page.Locator("[role=treeitem]").First).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(With("session=imported"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Imported session" })).ToHaveCountAsync(0);
        await Expect(page).Not.ToHaveURLAsync(With("session="));
        File.Delete(file);
    }

    [Fact]
    public async Task A_file_that_is_no_session_is_refused_with_the_reason()
    {
        var page = await dashboard.OpenAsync("/resources");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "x.ndjson.gz", MimeType = "application/gzip", Buffer = "nothing"u8.ToArray() });

        await Expect(page.Locator(".toast.error")).ToContainTextAsync("Line 1");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Imported session" })).ToHaveCountAsync(0);
    }

    private static Regex With(string part) => new(part, RegexOptions.None, TimeSpan.FromSeconds(1));
}
