using System.Text.Json.Nodes;

namespace AsyncStack.Demo;

/// <summary>A job to submit and how it is expected to end.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Request">The body of <c>POST /api/process</c> without its callback address.</param>
/// <param name="Ends">The type of the callback that is expected.</param>
/// <param name="Cancel">Cancel it as soon as it was accepted.</param>
internal sealed record Sample(string Title, Func<JsonObject> Request, string Ends = "job.completed", bool Cancel = false)
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        new("echo: the result is the payload", () => new() { ["payload"] = new JsonObject { ["greeting"] = "hello" } }),
        new("echo at high priority", () => new() { ["payload"] = new JsonObject { ["n"] = 1 }, ["priority"] = "high" }),
        new("sleep half a second", () => new() { ["payload"] = new JsonObject { ["seconds"] = 0.5 }, ["job_type"] = "sleep" }),
        new("echo, not before a second from now", () => new()
        {
            ["payload"] = new JsonObject { ["later"] = true },
            ["run_at"] = TimeProvider.System.GetUtcNow().AddSeconds(1).ToString("O"),
        }),
        new(
            "sleep that is canceled",
            () => new() { ["payload"] = new JsonObject { ["seconds"] = 60 }, ["job_type"] = "sleep" },
            Ends: "job.canceled",
            Cancel: true),
        new(
            "sleep that takes longer than it may",
            () => new()
            {
                ["payload"] = new JsonObject { ["seconds"] = 60 },
                ["job_type"] = "sleep",
                ["timeout_seconds"] = 1,
                ["max_attempts"] = 1,
            },
            Ends: "job.failed"),
    ];
}
