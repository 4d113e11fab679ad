using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;
using Spectre.Console;

namespace AsyncStack.Hosting.Terminal;

/// <summary>A table of all resources that changes in place.</summary>
internal static class LiveStatus
{
    public static async Task RunAsync(ResourceNotificationService notifications, CancellationToken shown)
    {
        var latest = new Dictionary<string, ResourceEvent>(StringComparer.Ordinal);
        try
        {
            await AnsiConsole.Live(Render(latest.Values)).StartAsync(async live =>
            {
                await foreach (var change in notifications.WatchAsync(shown))
                {
                    latest[change.ResourceId] = change;
                    live.UpdateTarget(Render(latest.Values));
                }
            });
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private static Rows Render(Dictionary<string, ResourceEvent>.ValueCollection resources)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Resource", "State", "Address", "Note");
        foreach (var change in resources.Where(r => r.Resource is not ParameterResource))
            table.AddRow(
                Markup.Escape(change.ResourceId), State(change.Snapshot), Markup.Escape(string.Join(' ', change.Snapshot.Urls.Values)), Markup.Escape(change.Snapshot.Reason ?? ""));
        return resources.Count > 0 && resources.All(r => r.Snapshot.IsReady()) ? new Rows(table, Links(resources)) : new Rows(table);
    }

    private static Markup Links(IReadOnlyCollection<ResourceEvent> resources)
        => new(string.Join('\n', Addresses.Of(resources).Select((a, i) => i == 0
            ? $"[bold green]{Markup.Escape(a.Url)}[/]  {Markup.Escape(a.Resource)}"
            : $"[grey]{Markup.Escape(a.Url)}  {Markup.Escape(a.Resource)}[/]")));

    private static string State(CustomResourceSnapshot snapshot) => snapshot.Display() switch
    {
        "Healthy" or "Finished" => $"[green]{snapshot.Display()}[/]",
        "Failed" or "Unhealthy" => $"[red]{snapshot.Display()}[/]",
        var other => $"[yellow]{other}[/]",
    };
}
