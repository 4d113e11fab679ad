using System.Text.RegularExpressions;

namespace AsyncStack.Pages.Tests;

/// <summary>Callbacks, records and operations: looked at, and mended, by a person.</summary>
public sealed class OperatorJourneyTests(PagesFixture pages) : IAsyncDisposable
{
    private readonly List<IPage> _open = [];

    [Fact]
    public async Task A_delivery_shows_its_attempts_and_is_delivered_again_which_the_inbox_takes_for_a_repeat()
    {
        var job = await pages.Client.SubmitAsync(pages.Receiver);
        var page = await OpenAsync($"/webhooks/deliveries?correlation={job.CorrelationId}");
        await page.Locator("[role=option]", new() { HasText = "delivered" }).ClickAsync();
        var panel = page.GetByRole(AriaRole.Complementary);
        await Expect(panel.Locator(".attempt")).ToHaveCountAsync(1);

        await panel.GetByRole(AriaRole.Button, new() { Name = "Deliver again" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Deliver again" }).ClickAsync();

        await Expect(panel.Locator(".attempt")).ToHaveCountAsync(2);
        await page.GotoAsync($"/app/webhooks/inbox?text={job.CorrelationId}");
        await Expect(page.Locator("[role=option]", new() { HasText = "repeat" })).ToHaveCountAsync(1);
        await Expect(page.Locator("[role=option]", new() { HasText = "verified" })).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_request_with_a_wrong_signature_shows_in_the_inbox_with_the_reason()
    {
        var page = await OpenAsync("/webhooks/inbox?verdict=refused");
        await page.Locator("[role=option]", new() { HasText = "job.forged" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync("No signature matches");
    }

    [Fact]
    public async Task A_new_secret_is_shown_once_and_an_endpoint_is_closed_with_its_reason()
    {
        var page = await OpenAsync("/webhooks/endpoints");
        await page.GetByRole(AriaRole.Button, new() { Name = "Enter an endpoint" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("URL").FillAsync($"https://{Guid.NewGuid():N}.example/hook");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Enter", Exact = true }).ClickAsync();
        var panel = page.GetByRole(AriaRole.Complementary);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Rotate the secret" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Make a new secret" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Status)).ToContainTextAsync("whsec_");
        await panel.GetByRole(AriaRole.Button, new() { Name = "I have put it away" }).ClickAsync();
        await Expect(page.GetByText("whsec_")).ToHaveCountAsync(0);

        await panel.GetByRole(AriaRole.Button, new() { Name = "Call it no more" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Why").FillAsync("it is gone");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Call it no more" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("it is gone");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Call it again" }).ClickAsync();
        await Expect(panel.Locator(".state").First).ToHaveTextAsync("enabled");
    }

    [Fact]
    public async Task A_resource_is_made_its_task_and_events_follow_and_a_change_of_somebody_else_is_not_lost()
    {
        var page = await OpenAsync("/resources");
        await page.GetByRole(AriaRole.Button, new() { Name = "New resource" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync("scanner");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        var panel = page.GetByRole(AriaRole.Complementary);
        await Expect(panel).ToContainTextAsync("resource.created");
        await Expect(panel).ToContainTextAsync("completed");

        await panel.GetByLabel("Status").FillAsync("mine");
        var id = Regex.Match(page.Url, "open=(?<id>[0-9a-f-]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        await pages.Areas.SendAsync(HttpMethod.Put, $"/api/v1/resources/{id}", new { name = "scanner", status = "theirs" });
        await Expect(panel).ToContainTextAsync("It was changed meanwhile");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Take it over" }).ClickAsync();
        await Expect(panel.GetByLabel("Status")).ToHaveValueAsync("theirs");
        await panel.GetByLabel("Status").FillAsync("ours");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("[role=option]", new() { HasText = "scanner" })).ToContainTextAsync("ours");

        await panel.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete the resource" }).ClickAsync();
        await Expect(page.Locator("[role=option]", new() { HasText = "scanner" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_dead_letter_is_looked_at_sent_again_and_thrown_away_with_what_came_back()
    {
        var body = $"letter {Guid.NewGuid():N}";
        await pages.Areas.GiveUpAsync(body);
        var page = await OpenAsync($"/dead-letters?text={Uri.EscapeDataString(body)}");
        await page.Locator("[role=option]").First.ClickAsync();
        var panel = page.GetByRole(AriaRole.Complementary);
        await Expect(panel).ToContainTextAsync(body);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        // It is no better than before, and comes back.
        await Expect(page.Locator("[role=option]")).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete all" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.GetByText("Nothing matches")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_queue_is_paused_after_a_question_and_resumed_and_the_audit_tells_of_both()
    {
        var page = await OpenAsync("/queues");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause jobs.low" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "jobs.low" })).ToContainTextAsync("active");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause jobs.low" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Pause the queue" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "jobs.low" })).ToContainTextAsync("paused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume jobs.low" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "jobs.low" })).ToContainTextAsync("active");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Workers", Level = 2 })).ToContainTextAsync("alive");

        await page.GotoAsync("/app/audit?subject=jobs.low");
        await Expect(page.Locator("[role=option]", new() { HasText = "resumed a queue" }).First).ToBeVisibleAsync();
        await Expect(page.Locator("[role=option]", new() { HasText = "paused a queue" }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_message_is_saved_and_shows_once_it_is_written()
    {
        var text = $"Written by hand {Guid.NewGuid():N}";
        var page = await OpenAsync("/messages");
        await page.GetByLabel("New message").FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(page.Locator("[role=option]", new() { HasText = text })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_value_is_handed_in_as_a_task_and_leads_to_its_job()
    {
        var page = await OpenAsync("/tasks");
        await page.GetByRole(AriaRole.Button, new() { Name = "Hand in a value" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("[3, 4]");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Hand in" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("/app/jobs/", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(page.Locator(".toolbar .state")).ToHaveTextAsync("completed");
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
}
