using System.Text.Json;
using AsyncStack.Core.Datasets;
using AsyncStack.Worker.Datasets.Columns;

namespace AsyncStack.Worker.Datasets.Metrics;

/// <summary>What a profile says of a column; the numbers' part is null for columns of other types.</summary>
internal sealed record ColumnProfile(int Place, DatasetColumn Column, long Count, long Nulls, ValueCounts Values, NumbersProfile? Numbers)
{
    private const int TopValues = 10;

    public static ColumnProfile Of(ColumnValues values, MemoryBudget budget, CancellationToken cancellationToken) => new(
        values.Place,
        values.Column,
        values.Count,
        values.Nulls,
        values.Tally.Count(TopValues, cancellationToken),
        values.Numbers is { } numbers ? NumbersProfile.Of(numbers, values.Moments, budget, cancellationToken) : null);

    /// <summary>The cells whose texts are to be shown.</summary>
    public IEnumerable<(long Row, int Column)> Texts =>
        Column.Type is DatasetColumnType.Strings ? Values.Top.Select(v => (v.FirstRow, Place)) : [];

    public void Write(Utf8JsonWriter json, IReadOnlyDictionary<(long Row, int Column), string> texts)
    {
        json.WriteStartObject();
        json.WriteString("name", Column.Name);
        json.WriteString("type", Column.Type);
        json.WriteNumber("count", Count);
        json.WriteNumber("nulls", Nulls);
        json.WriteNumber("distinct", Values.Distinct);
        Numbers?.Write(json);
        json.WriteStartArray("top");
        foreach (var value in Values.Top)
        {
            json.WriteStartObject();
            json.WritePropertyName("value");
            WriteValue(json, value, texts);
            json.WriteNumber("count", value.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteValue(Utf8JsonWriter json, CommonValue value, IReadOnlyDictionary<(long Row, int Column), string> texts)
    {
        switch (Column.Type)
        {
            case DatasetColumnType.Integers:
                json.WriteNumberValue((long)(ulong)value.Key);
                break;
            case DatasetColumnType.Numbers:
                NumbersProfile.WriteNumber(json, BitConverter.UInt64BitsToDouble((ulong)value.Key));
                break;
            case DatasetColumnType.Booleans:
                json.WriteBooleanValue(value.Key != 0);
                break;
            default:
                json.WriteStringValue(texts[(value.FirstRow, Place)]);
                break;
        }
    }
}

/// <summary>What a profile says of a column's numbers. JSON has no infinity and no NaN: they are written as null.</summary>
internal sealed record NumbersProfile(Moments Moments, IReadOnlyList<double> Quantiles, Histogram? Histogram)
{
    private static readonly double[] Probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
    private static readonly string[] Names = ["1%", "5%", "25%", "50%", "75%", "95%", "99%"];

    public static NumbersProfile Of(NumberColumn numbers, Moments moments, MemoryBudget budget, CancellationToken cancellationToken) => new(
        moments, Columns.Quantiles.Select(numbers, budget, Probabilities, cancellationToken), Columns.Histogram.Of(numbers, cancellationToken));

    public static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        Write(json, "min", Moments.Min);
        Write(json, "max", Moments.Max);
        Write(json, "mean", Moments.Mean);
        Write(json, "std", Moments.Std(ddof: 1));
        json.WriteStartObject("quantiles");
        for (var i = 0; i < Names.Length; i++)
        {
            Write(json, Names[i], Quantiles[i]);
        }

        json.WriteEndObject();
        WriteHistogram(json);
    }

    private static void Write(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        WriteNumber(json, value);
    }

    private void WriteHistogram(Utf8JsonWriter json)
    {
        if (Histogram is null)
        {
            json.WriteNull("histogram");
            return;
        }

        json.WriteStartObject("histogram");
        json.WriteStartArray("edges");
        foreach (var edge in Histogram.Edges)
        {
            json.WriteNumberValue(edge);
        }

        json.WriteEndArray();
        json.WriteStartArray("counts");
        foreach (var count in Histogram.Counts)
        {
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
