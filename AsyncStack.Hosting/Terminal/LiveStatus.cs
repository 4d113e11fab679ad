using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard;
using AsyncStack.Hosting.Running;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AsyncStack.Hosting.Terminal;

/// <summary>A table of all resources that changes in place.</summary>
internal static class LiveStatus
{
    public static async Task RunAsync(int resources, ResourceNotificationService notifications, RunningDashboard dashboard, CancellationToken shown)
    {
        foreach (var notice in dashboard.Notices)
            AnsiConsole.WriteLine(notice);
        var gate = new Lock();
        var latest = new Dictionary<string, ResourceEvent>(StringComparer.Ordinal);
        string? login = null;
        try
        {
            await AnsiConsole.Live(Render(latest.Values, resources, login)).StartAsync(live => Task.WhenAll(FollowResourcesAsync(live), FollowDashboardAsync(live)));
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }

        async Task FollowResourcesAsync(LiveDisplayContext live)
        {
            await foreach (var change in notifications.WatchAsync(shown))
                lock (gate)
                {
                    latest[change.ResourceId] = change;
                    live.UpdateTarget(Render(latest.Values, resources, login));
                }
        }

        async Task FollowDashboardAsync(LiveDisplayContext live)
        {
            await foreach (var link in dashboard.LinksAsync(shown))
                lock (gate)
                {
                    login = link;
                    live.UpdateTarget(Render(latest.Values, resources, login));
                }
        }
    }

    private static Rows Render(Dictionary<string, ResourceEvent>.ValueCollection resources, int expected, string? login)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Resource", "State", "Address", "Note");
        foreach (var change in resources.Where(r => r.Resource is not ParameterResource))
            table.AddRow(
                Markup.Escape(change.ResourceId), State(change.Snapshot), Markup.Escape(string.Join(' ', change.Snapshot.Urls.Values)), Markup.Escape(change.Snapshot.Reason ?? ""));
        List<IRenderable> rows = [table];
        if (login is not null)
            rows.Add(new Markup($"Dashboard: {Markup.Escape(login)}"));
        if (resources.Count == expected && resources.All(r => r.Snapshot.IsReady()))
            rows.Add(Links(resources));
        return new Rows(rows);
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
