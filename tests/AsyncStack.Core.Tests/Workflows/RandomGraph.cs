using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using System.Text.Json;

namespace AsyncStack.Core.Tests.Workflows;

/// <summary>A random workflow, and how each of its jobs would end in each round.</summary>
internal sealed class RandomGraph
{
    private readonly Dictionary<(int Place, int Round, int Item), string> _ends = [];
    private readonly Dictionary<(int Place, int Round), int> _items = [];
    private readonly Random _random;

    public RandomGraph(Random random)
    {
        _random = random;
        var count = random.Next(1, 14);
        var steps = new List<StepDefinition>();
        // The order in which steps are listed is not the one in which they depend on each other.
        var listed = Enumerable.Range(0, count).ToArray();
        random.Shuffle(listed);
        for (var i = 0; i < count; i++)
        {
            string[] before = [.. Enumerable.Range(0, i).Where(_ => random.Next(3) == 0).Select(d => $"s{d}")];
            steps.Add(new StepDefinition
            {
                Id = $"s{i}",
                JobType = "echo",
                Params = JsonElement.Parse("{}"),
                DependsOn = before,
                MaxAttempts = 1,
                TimeoutSeconds = 1,
                TriggerRule = before.Length == 0 ? TriggerRules.AllSuccess : TriggerRules.All[random.Next(3)],
                ForEach = random.Next(4) == 0 ? "{{input.items}}" : null,
                Concurrency = random.Next(2) == 0 ? random.Next(1, 4) : null,
            });
        }

        Plan = new RunPlan(new WorkflowDefinition
        {
            Steps = [.. listed.Select(i => steps[i])],
            Concurrency = random.Next(3) == 0 ? random.Next(1, 4) : null,
            TimeoutSeconds = 1,
        });
    }

    public RunPlan Plan { get; }

    public int ItemsOf(int place, int round) =>
        Plan.Steps[place].ForEach is null ? 1 : Remember(_items, (place, round), () => _random.Next(0, 6));

    public string EndOf(int place, int round, int item) =>
        Remember(_ends, (place, round, item), () => _random.Next(6) switch { 0 => StepState.Failed, 1 when _random.Next(4) == 0 => StepState.Canceled, _ => StepState.Completed });

    private static TValue Remember<TKey, TValue>(Dictionary<TKey, TValue> known, TKey key, Func<TValue> make)
        where TKey : notnull => known.TryGetValue(key, out var value) ? value : known[key] = make();
}
