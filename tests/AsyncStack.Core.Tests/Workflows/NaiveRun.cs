using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;

namespace AsyncStack.Core.Tests.Workflows;

/// <summary>
/// What becomes of a workflow by the words of its rules: no events, no order, no counters. A step's end follows from those of the steps it depends on.
/// </summary>
internal static class NaiveRun
{
    /// <summary>The ends of all steps, when nothing is canceled. Rounds are those that the steps are in.</summary>
    public static string[] Ends(RandomGraph graph, IReadOnlyList<int> rounds)
    {
        var ends = new string[graph.Plan.Steps.Count];
        foreach (var place in graph.Plan.Order)
        {
            var before = graph.Plan.Steps[place].DependsOn.Select(d => ends[graph.Plan.PlaceOf(d)]).ToList();
            ends[place] = Blocked(graph.Plan.Steps[place].TriggerRule, before) ?? Own(graph, place, rounds[place]);
        }

        return ends;
    }

    /// <summary>How a step ends that may not run; null when it may.</summary>
    public static string? Blocked(string rule, IReadOnlyCollection<string> before)
    {
        bool Bad(string end) => end is "failed" or "upstream_failed" or "canceled";
        return rule switch
        {
            TriggerRules.AllDone => null,
            TriggerRules.OneFailed => before.Any(Bad) ? null : "skipped",
            _ => before.Any(Bad) ? "upstream_failed" : before.Any(e => e == "skipped") ? "skipped" : null,
        };
    }

    public static string Run(IEnumerable<string> ends) => ends.All(e => e is StepState.Completed or StepState.Skipped) ? "completed" : "failed";

    private static string Own(RandomGraph graph, int place, int round)
    {
        var items = Enumerable.Range(0, graph.ItemsOf(place, round)).Select(i => graph.EndOf(place, round, i)).ToList();
        return items.Contains("failed") ? "failed" : items.Contains("canceled") ? "canceled" : "completed";
    }
}
