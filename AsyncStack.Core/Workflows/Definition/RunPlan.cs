using System.Collections;

namespace AsyncStack.Core.Workflows.Definition;

/// <summary>A checked definition made ready to run: steps by their place, their dependencies and dependents, an order in which none precedes what it depends on.</summary>
public sealed class RunPlan
{
    private readonly Dictionary<string, int> _places;
    private readonly int[][] _dependencies;
    private readonly int[][] _dependents;
    private readonly string[]?[] _referenced;
    private BitArray[]? _before;

    public RunPlan(WorkflowDefinition definition)
    {
        Definition = definition;
        _places = definition.Steps.Select((s, i) => (s.Id, i)).ToDictionary(s => s.Id, s => s.i, StringComparer.Ordinal);
        _dependencies = [.. definition.Steps.Select(s => s.DependsOn.Select(d => _places[d]).ToArray())];
        var dependents = definition.Steps.Select(_ => new List<int>()).ToArray();
        for (var i = 0; i < _dependencies.Length; i++)
        {
            foreach (var dependency in _dependencies[i])
            {
                dependents[dependency].Add(i);
            }
        }

        _dependents = [.. dependents.Select(d => d.ToArray())];
        Order = Sort();
        _referenced = new string[]?[definition.Steps.Count];
    }

    public WorkflowDefinition Definition { get; }

    public IReadOnlyList<StepDefinition> Steps => Definition.Steps;

    /// <summary>The places, each after those it depends on.</summary>
    public IReadOnlyList<int> Order { get; }

    public IReadOnlyList<int> DependenciesOf(int place) => _dependencies[place];

    public IReadOnlyList<int> DependentsOf(int place) => _dependents[place];

    /// <summary>Steps on which none depends.</summary>
    public IEnumerable<int> Last => Enumerable.Range(0, Steps.Count).Where(p => _dependents[p].Length == 0);

    public bool TryFind(string id, out int place) => _places.TryGetValue(id, out place);

    public int PlaceOf(string id) => _places[id];

    /// <summary>The steps whose results the templates of a step name.</summary>
    public IReadOnlyList<string> ReferencedBy(int place) => _referenced[place] ??= Referenced(place);

    /// <summary>The steps whose results the run's result is made of.</summary>
    public IReadOnlyList<string> ReferencedByResult() =>
        Definition.Result is { } result ? [.. StepsIn(Template.PathsIn(result))] : [.. Last.Select(p => Steps[p].Id)];

    /// <summary>A step and all that depend on it, directly or not, in order.</summary>
    public IReadOnlyList<int> From(int place)
    {
        var found = new HashSet<int> { place };
        foreach (var next in Order)
        {
            if (_dependencies[next].Any(found.Contains))
            {
                found.Add(next);
            }
        }

        return [.. Order.Where(found.Contains)];
    }

    /// <summary>Whether <paramref name="place"/> depends on <paramref name="earlier"/>, directly or not.</summary>
    public bool IsBefore(int earlier, int place) => (_before ??= Before())[place][earlier];

    private string[] Referenced(int place)
    {
        var step = Steps[place];
        var paths = Template.PathsIn(step.Params);
        return [.. StepsIn(step.ForEach is { } forEach ? paths.Concat(Template.Parse(forEach).Paths) : paths)];
    }

    private static IEnumerable<string> StepsIn(IEnumerable<TemplatePath> paths) => paths.Select(p => p.Step).OfType<string>().Distinct(StringComparer.Ordinal);

    private BitArray[] Before()
    {
        var before = Steps.Select(_ => new BitArray(Steps.Count)).ToArray();
        foreach (var place in Order)
        {
            foreach (var dependency in _dependencies[place])
            {
                before[place].Or(before[dependency])[dependency] = true;
            }
        }

        return before;
    }

    private int[] Sort()
    {
        var open = _dependencies.Select(d => d.Length).ToArray();
        var order = new List<int>(open.Length);
        order.AddRange(Enumerable.Range(0, open.Length).Where(i => open[i] == 0));
        for (var at = 0; at < order.Count; at++)
        {
            foreach (var dependent in _dependents[order[at]])
            {
                if (--open[dependent] == 0)
                {
                    order.Add(dependent);
                }
            }
        }

        return [.. order];
    }
}
