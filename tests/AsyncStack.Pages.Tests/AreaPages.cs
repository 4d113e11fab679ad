namespace AsyncStack.Pages.Tests;

/// <summary>The pages of workflows, callbacks, records and operations, each with what shows once it has what it is about.</summary>
internal static class AreaPages
{
    public static IEnumerable<(string Path, string Shown)> Of(PagesFixture pages) =>
    [
        ("/workflows", "[role=option]:has-text('greetings')"),
        ("/workflows?view=runs", "[role=option]:has-text('approval')"),
        ("/workflows?view=runs&state=failed", "[role=option]:has-text('broken')"),
        ("/workflows?view=schedules", "article:has-text('greetings-weekly')"),
        ("/workflows?view=pools", "table:has-text('narrow')"),
        ("/workflows?view=new", "text=It can be saved"),
        ("/workflows/greetings", "[role=gridcell] a"),
        ("/workflows/greetings?tab=runs", "[role=option]:has-text('completed')"),
        ("/workflows/greetings?tab=graph", "button.node"),
        ("/workflows/greetings?tab=schedules", "article:has-text('Next runs')"),
        ("/workflows/greetings?tab=backfills", "article:has-text('of 5 runs')"),
        ("/workflows/greetings?tab=definition", "text=It can be saved"),
        ("/workflows/greetings?tab=versions", "ins"),
        ($"/workflows/runs/{pages.Areas.CompletedRun}", "button.node.completed"),
        ($"/workflows/runs/{pages.Areas.CompletedRun}?step=greet", "text=Jobs and attempts"),
        ($"/workflows/runs/{pages.Areas.CompletedRun}?tab=gantt", ".gantt .bar"),
        ($"/workflows/runs/{pages.Areas.CompletedRun}?tab=steps&step=report", "table:has-text('report')"),
        ($"/workflows/runs/{pages.Areas.CompletedRun}?tab=facts", "text=Its job"),
        ($"/workflows/runs/{pages.Areas.FailedRun}?tab=logs", "[role=log]"),
        ($"/workflows/runs/{pages.Areas.FailedRun}?step=fetch", "text=Jobs and attempts"),
        ($"/workflows/runs/{pages.Areas.WaitingRun}?step=agreed", "button:has-text('Give signal agreed')"),
        ("/webhooks/deliveries", "[role=option]:has-text('delivered')"),
        ("/webhooks/deliveries?state=dead", "[role=option]:has-text('closed.example')"),
        ("/webhooks/endpoints", "[role=option]:has-text('closed.example')"),
        ($"/webhooks/endpoints?open={pages.Areas.ClosedEndpoint}", "button:has-text('Rotate the secret')"),
        ("/webhooks/inbox", "[role=option]:has-text('verified')"),
        ("/webhooks/inbox?verdict=refused", "[role=option]:has-text('refused')"),
        ("/resources", "[role=option]:has-text('printer')"),
        ($"/resources/{pages.Areas.Resource}", "aside:has-text('resource.updated')"),
        ("/tasks", "[role=option]:has-text('completed')"),
        ($"/tasks?open=auto-{pages.Areas.Resource}", "aside:has-text('Show those about it')"),
        ("/messages", "[role=option]:has-text('Hello')"),
        ("/messages?view=health", "table:has-text('healthy')"),
        ("/events", "[role=option]:has-text('resource.created')"),
        ("/queues", "table:has-text('jobs.default')"),
        ("/dead-letters", "[role=option]:has-text('task_queue')"),
        ("/audit", "[role=option]:has-text('saved a workflow')"),
    ];
}
