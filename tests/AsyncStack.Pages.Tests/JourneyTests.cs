using System.Text;
using System.Text.RegularExpressions;

namespace AsyncStack.Pages.Tests;

/// <summary>What a person does, from one end to the other.</summary>
public sealed class JourneyTests(PagesFixture pages) : IAsyncDisposable
{
    private readonly List<IPage> _open = [];

    [Fact]
    public async Task A_job_is_submitted_and_its_result_and_its_verified_callback_appear_as_they_happen()
    {
        var page = await OpenAsync("/submit");
        await page.GetByLabel("Payload (JSON)").FillAsync("{\"order\": 17}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();

        var outcome = page.GetByRole(AriaRole.Region, new() { Name = "The submitted job" });
        await Expect(outcome.Locator("[data-callback]")).ToContainTextAsync("verified");
        await Expect(outcome).ToContainTextAsync("completed");
        await Expect(outcome.GetByRole(AriaRole.Region, new() { Name = "Result" })).ToContainTextAsync("\"order\": 17");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "The request in curl" })).ToContainTextAsync("\"order\":17");
    }

    [Fact]
    public async Task Wrong_JSON_is_told_with_its_place_as_it_is_typed_and_what_the_server_refuses_with_its_field()
    {
        var page = await OpenAsync("/submit");
        await page.GetByLabel("Payload (JSON)").FillAsync("{\n  \"a\": 1,\n  b\n}");
        await Expect(page.GetByText("Line 3, column 3")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true })).ToBeDisabledAsync();

        await page.GetByLabel("What is to be done").SelectOptionAsync("sleep");
        await page.GetByLabel("Payload (JSON)").FillAsync("{\"seconds\": 5000}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit", Exact = true }).ClickAsync();

        await Expect(page.Locator("ul.said")).ToContainTextAsync("seconds");
    }

    [Fact]
    public async Task A_file_is_uploaded_read_profiled_and_shown()
    {
        var page = await OpenAsync("/datasets");
        await page.GetByLabel("Files to upload").SetInputFilesAsync(new FilePayload { Name = "flats.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(PagesFixture.Csv(500)) });
        await page.GetByRole(AriaRole.Region, new() { Name = "Uploads" }).GetByRole(AriaRole.Link, new() { Name = "flats" }).ClickAsync();

        await Expect(page.GetByText("500 rows, 4 columns")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Profile this dataset" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Histogram of price" })).ToBeVisibleAsync();
        await Expect(page.Locator(".figures")).ToContainTextAsync("500");
    }

    [Fact]
    public async Task An_upload_that_broke_off_goes_on_by_itself_and_makes_one_dataset()
    {
        await using var wire = WireToGateway(out var origin);
        var page = await OpenAsync("/datasets", origin);
        await Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();
        // The request dies after its first bytes.
        wire.BreakAt = Encoding.UTF8.GetBytes("broken.csv");
        await page.GetByLabel("Files to upload").SetInputFilesAsync(new FilePayload { Name = "broken.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(PagesFixture.Csv(200)) });
        var uploads = page.GetByRole(AriaRole.Region, new() { Name = "Uploads" });
        await Expect(uploads).ToContainTextAsync("tried again by itself");
        wire.BreakAt = null;

        await Expect(uploads.GetByRole(AriaRole.Link, new() { Name = "broken" })).ToBeVisibleAsync();
        Assert.Single((await pages.Client.GetAsync("/datasets?owner_id=me&limit=100")).EnumerateArray(), d => d.GetProperty("name").GetString() == "broken");
    }

    [Fact]
    public async Task A_running_job_is_canceled_after_a_question_and_run_again()
    {
        var job = await pages.Client.SubmitAsync(pages.Receiver, "sleep", new { seconds = 120 });
        var page = await OpenAsync($"/jobs/{job.JobId}");
        await Expect(page.Locator(".toolbar .state")).ToHaveTextAsync("running");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Cancel 1 job" }).ClickAsync();
        await Expect(page.Locator(".toolbar .state")).ToHaveTextAsync("canceled");

        await page.GetByRole(AriaRole.Button, new() { Name = "Run again" }).ClickAsync();
        await Expect(page.Locator(".toolbar .state")).ToHaveTextAsync("running");
        await pages.Client.PostAsync($"/jobs/{job.JobId}/cancel");
        await Expect(page.Locator(".toolbar .state")).ToHaveTextAsync("canceled");
    }

    [Fact]
    public async Task Filters_of_the_list_are_in_its_address_and_the_back_button_undoes_them()
    {
        var page = await OpenAsync("/jobs");
        await page.GetByLabel("State").SelectOptionAsync("failed");
        await Expect(page).ToHaveURLAsync(With("status=failed"));
        await Expect(page.Locator("[role=option]")).ToContainTextAsync(["nowhere"]);
        await page.GoBackAsync();
        await Expect(page).Not.ToHaveURLAsync(With("status="));

        await page.GotoAsync("/app/jobs?order=oldest");
        await Expect(page.Locator("[role=option]").First).ToContainTextAsync(pages.Completed.CorrelationId);
    }

    [Fact]
    public async Task What_happens_shows_in_the_list_without_reading_the_page_again()
    {
        var page = await OpenAsync("/jobs");
        await Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();

        var job = await pages.Client.SubmitAsync(pages.Receiver, more: new { correlation_id = $"seen-{Guid.NewGuid():N}" });

        await Expect(page.Locator("[role=option]", new() { HasText = job.CorrelationId })).ToContainTextAsync("completed");
    }

    [Fact]
    public async Task Several_jobs_are_selected_with_the_keyboard_and_canceled_together()
    {
        var prefix = $"many-{Guid.NewGuid():N}";
        for (var i = 0; i < 3; i++)
        {
            await pages.Client.SubmitAsync(pages.Receiver, "sleep", new { seconds = 60 }, new { correlation_id = $"{prefix}-{i}" });
        }

        var page = await OpenAsync("/jobs?type=sleep");
        await Expect(page.Locator("[role=option]", new() { HasText = prefix })).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Listbox, new() { Name = "Jobs" }).FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync(" ");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Shift+ ");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel 3" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Cancel 3 jobs" }).ClickAsync();

        await Expect(page.Locator("[role=option]", new() { HasText = prefix }).Filter(new() { HasText = "canceled" })).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task A_lost_connection_is_told_taken_up_again_and_what_was_missed_is_shown()
    {
        await using var wire = WireToGateway(out var origin);
        var page = await OpenAsync("/jobs", origin);
        await Expect(page.Locator(".live.ok")).ToBeVisibleAsync();
        await Expect(page.Locator("[role=option]").First).ToBeVisibleAsync();

        await wire.CutAsync();
        await Expect(page.Locator("[data-banner=away]")).ToBeVisibleAsync();
        var job = await pages.Client.SubmitAsync(pages.Receiver, more: new { correlation_id = $"missed-{Guid.NewGuid():N}" });
        wire.Mend();

        await Expect(page.Locator("[data-banner=missed]")).ToContainTextAsync(With("1 job came in|jobs came in"));
        await Expect(page.Locator("[data-banner=away]")).ToHaveCountAsync(0);
        await Expect(page.Locator("[role=option]", new() { HasText = job.CorrelationId })).ToContainTextAsync("completed");
    }

    [Fact]
    public async Task The_palette_leads_to_pages_and_to_a_job_by_its_correlation_id()
    {
        var page = await OpenAsync("/overview");
        await Expect(page.Locator(".live.ok")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox).FillAsync("dead");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(With("/app/dead-letters"));

        await page.Keyboard.PressAsync("Control+k");
        await page.GetByRole(AriaRole.Combobox).FillAsync("that-fails");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(With($"/app/jobs/{pages.FailedJobId}"));
    }

    [Fact]
    public async Task Keys_switch_pages_until_they_are_turned_off()
    {
        var page = await OpenAsync("/overview");
        foreach (var (key, path) in new[] { ("j", "/app/jobs"), ("d", "/app/datasets"), ("s", "/app/submit"), ("o", "/app/overview") })
        {
            await page.Keyboard.PressAsync(key);
            await Expect(page).ToHaveURLAsync(With($"{path}$"));
        }

        await page.Keyboard.PressAsync("?");
        await page.GetByLabel("Keys without Ctrl do something").UncheckAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");

        await Expect(page).ToHaveURLAsync(With("/app/overview$"));
    }

    [Fact]
    public async Task The_landing_page_leads_here()
    {
        var page = await OpenAsync("/overview");
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "Application" }).First.ClickAsync();

        await Expect(page).ToHaveURLAsync(With("/app/overview"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _open)
        {
            await page.Context.CloseAsync();
        }

        pages.TakeOffences();
    }

    private async Task<IPage> OpenAsync(string path, Uri? origin = null)
    {
        var page = await pages.OpenAsync(path, origin: origin);
        _open.Add(page);
        return page;
    }

    private Wire WireToGateway(out Uri origin)
    {
        var wire = new Wire(pages.Origin.Host, pages.Origin.Port);
        origin = new Uri($"http://127.0.0.1:{wire.Port}");
        return wire;
    }

    private static Regex With(string part) => new(part, RegexOptions.None, TimeSpan.FromSeconds(1));
}
