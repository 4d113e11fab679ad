using System.Text.RegularExpressions;

namespace AsyncStack.Pages.Tests;

/// <summary>Workflows: made, run, followed, mended and scheduled by a person.</summary>
public sealed class WorkflowJourneyTests(PagesFixture pages) : IAsyncDisposable
{
    private readonly List<IPage> _open = [];

    [Fact]
    public async Task A_workflow_is_written_with_its_mistakes_told_run_with_a_form_and_its_callback_arrives()
    {
        var name = $"made-{Guid.NewGuid():N}"[..20];
        var page = await OpenAsync("/workflows?view=new");
        var make = page.GetByRole(AriaRole.Button, new() { Name = "Make the workflow" });
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Definition" }).FillAsync("""
            {"input": {"who": {"type": "string", "required": true}},
             "steps": [{"id": "greet", "job_type": "echo", "params": {"text": "Hello {{input.who}}"}},
                       {"id": "tell", "job_type": "echo", "depends_on": ["great"]}]}
            """);
        var mistakes = page.GetByRole(AriaRole.Region, new() { Name = "What is wrong" });
        await Expect(mistakes).ToContainTextAsync("great");
        await Expect(mistakes).ToContainTextAsync("line 3");
        await Expect(make).ToBeDisabledAsync();
        var area = page.GetByRole(AriaRole.Textbox, new() { Name = "Definition" });
        await area.FillAsync((await area.InputValueAsync()).Replace("great", "greet", StringComparison.Ordinal));
        await Expect(mistakes).ToContainTextAsync("It can be saved");
        await make.ClickAsync();
        await Expect(page).ToHaveURLAsync(With($"/app/workflows/{name}$"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();
        await Expect(dialog).ToContainTextAsync("who is required");
        await dialog.GetByLabel("who").FillAsync("Ada");
        await dialog.GetByText("More: callback").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Tell this application" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Run", Exact = true }).ClickAsync();

        await Expect(page).ToHaveURLAsync(With("/app/workflows/runs/"));
        await Expect(page.Locator(".toolbar .state").First).ToHaveTextAsync("completed");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "tell echo completed" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "greet echo completed" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("Hello Ada");

        var run = new Uri(page.Url).Segments[^1];
        await page.GotoAsync($"/app/webhooks/inbox?text={run}");
        await Expect(page.Locator("[role=option]").First).ToContainTextAsync("verified");
    }

    [Fact]
    public async Task A_waiting_run_shows_what_it_waits_for_and_goes_on_before_the_eyes_of_who_gives_the_signal()
    {
        var run = await pages.Areas.RunAsync(AreaData.Approval);
        var page = await OpenAsync($"/workflows/runs/{run}");
        await page.GetByRole(AriaRole.Button, new() { Name = "agreed wait running" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Give signal agreed" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("{\"by\": \"Ada\"}");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Give the signal" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "done echo completed" })).ToBeVisibleAsync();
        await Expect(page.Locator(".toolbar .state").First).ToHaveTextAsync("completed");
        await page.GetByRole(AriaRole.Link, new() { Name = "Input and result" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Result", Exact = true })).ToContainTextAsync("Ada");
    }

    [Fact]
    public async Task A_failed_step_says_why_in_panel_and_log_and_is_cleared()
    {
        var run = await pages.Areas.RunAsync(AreaData.Broken);
        await pages.Areas.RunIsAsync(run, "failed");
        var page = await OpenAsync($"/workflows/runs/{run}?step=fetch");
        var panel = page.GetByRole(AriaRole.Complementary);
        await Expect(panel).ToContainTextAsync("nowhere.invalid");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "tell echo upstream failed" })).ToBeVisibleAsync();

        await panel.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();

        await Expect(panel).ToContainTextAsync("Round 1");
        await Expect(page.Locator(".toolbar .state").First).ToHaveTextAsync("failed");
        await panel.GetByRole(AriaRole.Link, new() { Name = "Logs" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(With("tab=logs"));
    }

    [Fact]
    public async Task The_grid_is_walked_with_arrow_keys_and_leads_to_a_run_at_its_step()
    {
        var page = await OpenAsync($"/workflows/{AreaData.Greetings}");
        var grid = page.GetByRole(AriaRole.Grid);
        await Expect(grid.Locator("a").First).ToBeVisibleAsync();
        await grid.Locator("a[tabindex='0']").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(With(@"/app/workflows/runs/[0-9a-f-]+\?step=greet"));
        await Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("completed");
    }

    [Fact]
    public async Task A_schedule_shows_its_next_runs_as_it_is_typed_and_is_made_paused_and_deleted()
    {
        var name = $"often-{Guid.NewGuid():N}"[..20];
        var page = await OpenAsync($"/workflows/{AreaData.Greetings}?tab=schedules");
        await page.GetByRole(AriaRole.Button, new() { Name = "New schedule" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("Cron expression").FillAsync("every day");
        await Expect(dialog).ToContainTextAsync("None: the expression or the zone is wrong");
        await dialog.GetByLabel("Cron expression").FillAsync("30 4 1 1 *");
        await dialog.GetByLabel("Time zone").FillAsync("Europe/Oslo");
        await Expect(dialog.Locator(".preview li")).ToHaveCountAsync(5);
        await Expect(dialog.Locator(".preview li").First).ToContainTextAsync("04:30");
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Input of its runs" }).FillAsync("{\"names\": [\"Ada\"]}");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        var card = page.Locator("article", new() { HasText = name });
        await Expect(card).ToContainTextAsync("30 4 1 1 *");
        await card.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(card).ToContainTextAsync("None while it is paused");
        await card.GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete the schedule" }).ClickAsync();
        await Expect(card).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_backfill_runs_each_time_of_its_period_and_leads_to_its_runs()
    {
        var page = await OpenAsync($"/workflows/{AreaData.Greetings}?tab=backfills");
        await page.GetByRole(AriaRole.Button, new() { Name = "New backfill" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("After").FillAsync("2026-03-01T00:00");
        await dialog.GetByLabel("Up to").FillAsync("2026-03-04T12:00");
        await dialog.GetByLabel("Cron expression").FillAsync("0 3 * * *");
        await dialog.GetByLabel("Time zone").FillAsync("UTC");
        await dialog.GetByRole(AriaRole.Textbox, new() { Name = "Input of its runs" }).FillAsync("{\"names\": [\"Ada\"]}");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Start the backfill" }).ClickAsync();

        var card = page.Locator("article", new() { HasText = "4 runs" });
        await Expect(card).ToContainTextAsync("4 completed");
        await card.GetByRole(AriaRole.Link, new() { Name = "Its runs" }).ClickAsync();
        await Expect(page.Locator("[role=option]", new() { HasText = "backfill" })).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task A_changed_definition_becomes_a_version_whose_changes_are_shown()
    {
        var name = $"kept-{Guid.NewGuid():N}"[..20];
        await pages.Areas.SendAsync(HttpMethod.Put, $"/api/v1/workflows/{name}", """{"steps": [{"id": "only", "job_type": "echo"}]}""");
        var page = await OpenAsync($"/workflows/{name}?tab=definition");
        var area = page.GetByRole(AriaRole.Textbox, new() { Name = "Definition" });
        await Expect(area).ToHaveValueAsync(With("only"));
        await area.FillAsync("""{"description": "Now it says what for.", "steps": [{"id": "only", "job_type": "echo"}]}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save as version 2" }).ClickAsync();
        await Expect(page.Locator(".chip", new() { HasText = "v2" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Versions" }).ClickAsync();
        await Expect(page.Locator("ins")).ToContainTextAsync(["Now it says what for."]);
        await page.GetByRole(AriaRole.Link, new() { Name = "Version 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it up again" }).ClickAsync();
        await Expect(area).Not.ToHaveValueAsync(With("says what for"));
    }

    [Fact]
    public async Task A_definition_that_was_typed_is_not_lost_without_a_question()
    {
        var page = await OpenAsync($"/workflows/{AreaData.Approval}?tab=definition");
        var area = page.GetByRole(AriaRole.Textbox, new() { Name = "Definition" });
        await Expect(area).ToHaveValueAsync(With("agreed"));
        await area.FillAsync("""{"steps": []}""");
        await page.GetByRole(AriaRole.Link, new() { Name = "Graph" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "All workflows" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Definition" }).ClickAsync();
        await Expect(area).ToHaveValueAsync("""{"steps": []}""");

        await page.GetByRole(AriaRole.Link, new() { Name = "All workflows" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Leave" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(With("/app/workflows$"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var page in _open)
        {
            await page.Context.CloseAsync();
        }

        Assert.Empty(pages.TakeOffences());
    }

    private async Task<IPage> OpenAsync(string path)
    {
        pages.TakeOffences();
        var page = await pages.OpenAsync(path);
        _open.Add(page);
        return page;
    }

    private static Regex With(string part) => new(part, RegexOptions.None, TimeSpan.FromSeconds(1));
}
