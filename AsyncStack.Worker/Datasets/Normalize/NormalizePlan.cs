using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>What becomes of one column.</summary>
/// <param name="Place">Which column, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="FillStrategy">How missing cells are filled; null when they are not.</param>
/// <param name="Constant">The value of the strategy <c>constant</c>.</param>
/// <param name="Method">How its numbers are scaled; null when they are not.</param>
internal sealed record ColumnPlan(int Place, string Name, string? FillStrategy, FillConstant Constant, string? Method)
{
    /// <summary>Whether its values must be known before the first is written.</summary>
    public bool NeedsNumbers => Method is not null || FillStrategy is NormalizeParams.Median or NormalizeParams.Mean;

    public bool NeedsMedian => FillStrategy == NormalizeParams.Median;
}

/// <summary>A constant that fills missing cells: its text, and its value when it counts as a number in its column.</summary>
internal readonly record struct FillConstant(string? Text, double? Number);

/// <summary>The steps of a job, resolved against the columns of its dataset.</summary>
/// <param name="Types">Every column of the dataset.</param>
/// <param name="Compared">The columns by which rows are equal; null when duplicates stay.</param>
/// <param name="Keep">Which of several equal rows stays.</param>
/// <param name="Columns">The columns that change, from left to right.</param>
internal sealed record NormalizePlan(
    IReadOnlyList<DatasetColumn> Types, int[]? Compared, DuplicateKeep Keep, IReadOnlyList<ColumnPlan> Columns)
{
    private const int NamesInMessages = 20;

    /// <summary>Finds the columns and checks that each takes what is asked of it.</summary>
    /// <exception cref="DatasetJobException">A column is absent or holds no numbers.</exception>
    public static NormalizePlan Resolve(IReadOnlyList<DatasetColumn> types, NormalizeParams parameters)
    {
        var fill = parameters.FillNulls;
        var filled = fill is null ? [] : Places(types, fill.Columns, numbersFor: fill.Strategy == NormalizeParams.Constant ? null : fill.Strategy);
        var method = parameters.Normalize?.Method ?? NormalizeParams.MinMax;
        var scaled = parameters.Normalize is null ? [] : Places(types, parameters.Normalize.Columns, numbersFor: method);
        var changed = filled.Union(scaled).Order().Select(place => new ColumnPlan(
            place,
            types[place].Name,
            filled.Contains(place) ? fill!.Strategy : null,
            filled.Contains(place) && fill!.Value is { } value ? Constant(value, IsNumeric(types[place])) : default,
            scaled.Contains(place) ? method : null));
        return new NormalizePlan(types, ComparedBy(types, parameters.DropDuplicates), KeepOf(parameters.DropDuplicates), [.. changed]);
    }

    private static int[]? ComparedBy(IReadOnlyList<DatasetColumn> types, DuplicatesParams? duplicates) =>
        duplicates is null ? null : [.. Places(types, duplicates.Subset, numbersFor: null)];

    private static DuplicateKeep KeepOf(DuplicatesParams? duplicates) => duplicates?.Keep switch
    {
        Core.Datasets.Params.Keep.None => DuplicateKeep.None,
        Core.Datasets.Params.Keep.Last => DuplicateKeep.Last,
        _ => DuplicateKeep.First,
    };

    // Without names: every column, or every number column where only those can take the step.
    private static HashSet<int> Places(IReadOnlyList<DatasetColumn> types, IReadOnlyList<string>? names, string? numbersFor)
    {
        if (names is null)
        {
            return [.. Enumerable.Range(0, types.Count).Where(i => numbersFor is null || IsNumeric(types[i]))];
        }

        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var place = 0; place < types.Count; place++)
        {
            byName.TryAdd(types[place].Name, place);
        }

        var places = new HashSet<int>();
        foreach (var name in names)
        {
            var place = byName.TryGetValue(name, out var found) ? found : throw Absent(types, name);
            if (numbersFor is not null && !IsNumeric(types[place]))
            {
                throw new DatasetJobException(
                    $"Column '{name}' holds values of type {types[place].Type}, but '{numbersFor}' takes number columns; leave it out or clean it first.");
            }

            places.Add(place);
        }

        return places;
    }

    private static DatasetJobException Absent(IReadOnlyList<DatasetColumn> types, string name)
    {
        var known = string.Join(", ", types.Take(NamesInMessages).Select(c => $"'{c.Name}'"));
        return new DatasetJobException($"Column '{name}' not found in dataset; it has {known}{(types.Count > NamesInMessages ? " and others" : "")}.");
    }

    private static bool IsNumeric(DatasetColumn column) => column.Type is DatasetColumnType.Integers or DatasetColumnType.Numbers;

    // As pandas writes what it was filled with: 1 in a number column becomes 1.0, elsewhere it stays 1; true is True.
    private static FillConstant Constant(JsonElement value, bool inNumbers) => value.ValueKind switch
    {
        JsonValueKind.Number when inNumbers || !value.TryGetInt64(out _) => new(NumberText.Write(value.GetDouble()), value.GetDouble()),
        JsonValueKind.Number => new(value.GetRawText(), null),
        JsonValueKind.True => new("True", null),
        JsonValueKind.False => new("False", null),
        _ => new(value.GetString(), null),
    };
}
