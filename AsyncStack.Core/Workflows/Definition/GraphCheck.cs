namespace AsyncStack.Core.Workflows.Definition;

/// <summary>Checks that steps form a graph: names once, dependencies known, no way back.</summary>
internal static class GraphCheck
{
    public static void Check(WorkflowDefinition definition, List<DefinitionError> errors)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < definition.Steps.Count; i++)
        {
            if (!places.TryAdd(definition.Steps[i].Id, i))
            {
                errors.Add(new($"steps[{i}].id", $"Step '{definition.Steps[i].Id}': another step, steps[{places[definition.Steps[i].Id]}], has this id."));
            }
        }

        for (var i = 0; i < definition.Steps.Count; i++)
        {
            CheckDependencies(definition.Steps[i], i, places, errors);
        }

        if (errors.Count == 0 && FindCycle(definition, places) is { } cycle)
        {
            errors.Add(new(
                $"steps[{places[cycle[0]]}].depends_on",
                $"Step '{cycle[0]}': depends_on leads back to itself: {string.Join(" → ", cycle)}. Take one of these dependencies away."));
        }
    }

    private static void CheckDependencies(StepDefinition step, int place, Dictionary<string, int> places, List<DefinitionError> errors)
    {
        var field = $"steps[{place}].depends_on";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in step.DependsOn)
        {
            if (name == step.Id)
            {
                errors.Add(new(field, $"Step '{step.Id}': depends_on names the step itself."));
            }
            else if (!places.ContainsKey(name))
            {
                errors.Add(new(field, $"Step '{step.Id}': depends_on names '{name}', which is no step of this workflow."));
            }
            else if (!seen.Add(name))
            {
                errors.Add(new(field, $"Step '{step.Id}': depends_on names '{name}' twice."));
            }
        }

        if (step.DependsOn.Count == 0 && step.TriggerRule == TriggerRules.OneFailed)
        {
            errors.Add(new($"steps[{place}].trigger_rule", $"Step '{step.Id}': trigger_rule is one_failed, and the step depends on none that could fail."));
        }
    }

    /// <summary>The ids along a cycle, the first again at the end; null when there is none.</summary>
    private static List<string>? FindCycle(WorkflowDefinition definition, Dictionary<string, int> places)
    {
        var state = new byte[definition.Steps.Count];
        var way = new Stack<(int Place, int Next)>();
        for (var start = 0; start < state.Length; start++)
        {
            if (state[start] != 0)
            {
                continue;
            }

            way.Push((start, 0));
            state[start] = 1;
            while (way.Count > 0)
            {
                var (place, next) = way.Pop();
                if (next == definition.Steps[place].DependsOn.Count)
                {
                    state[place] = 2;
                    continue;
                }

                way.Push((place, next + 1));
                var dependency = places[definition.Steps[place].DependsOn[next]];
                if (state[dependency] == 1)
                {
                    var cycle = way.Select(w => w.Place).TakeWhile(p => p != dependency).Append(dependency).Select(p => definition.Steps[p].Id).Reverse().ToList();
                    cycle.Add(cycle[0]);
                    return cycle;
                }

                if (state[dependency] == 0)
                {
                    state[dependency] = 1;
                    way.Push((dependency, 0));
                }
            }
        }

        return null;
    }
}
