using System.Text;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>What is known of a column in the rows that stay.</summary>
internal readonly record struct ColumnFacts(Moments Moments, long Missing);

/// <summary>(x − <paramref name="Center"/>) / <paramref name="Width"/>.</summary>
internal readonly record struct Scale(double Center, double Width)
{
    public double Apply(double value) => (value - Center) / Width;
}

/// <summary>What is done to the cells of one column.</summary>
/// <param name="Place">Which column, from 0.</param>
/// <param name="Name">Its name.</param>
/// <param name="Fill">What is written for a missing cell, as CSV; null leaves it as it is.</param>
/// <param name="Scale">What is done to numbers; null leaves them as they are.</param>
internal sealed record CellEdit(int Place, string Name, byte[]? Fill, Scale? Scale)
{
    private const int ShownBytes = 40;

    /// <summary>Decides from what is known of the column.</summary>
    /// <exception cref="DatasetJobException">Its missing cells get a text, and it is to be scaled.</exception>
    public static CellEdit Make(ColumnPlan plan, ColumnFacts facts, double median, byte delimiter)
    {
        var fill = plan.FillStrategy switch
        {
            NormalizeParams.Median => median,
            NormalizeParams.Mean => facts.Moments.Mean,
            NormalizeParams.Constant => plan.Constant.Number ?? double.NaN,
            _ => double.NaN,
        };
        var scale = plan.Method is null ? null : ScaleOf(plan, facts, fill);
        var text = plan.FillStrategy == NormalizeParams.Constant && scale is null
            ? Quoted(plan.Constant.Text!, delimiter)
            : NumberText.Write(scale?.Apply(fill) ?? fill);
        var fills = plan.FillStrategy == NormalizeParams.Constant || !double.IsNaN(fill);
        return new CellEdit(plan.Place, plan.Name, fills ? Encoding.UTF8.GetBytes(text) : null, scale);
    }

    /// <summary>A number column does not hold one.</summary>
    public static DatasetJobException NoNumber(string column, ReadOnlySpan<byte> cell)
    {
        var shown = Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, ShownBytes)]);
        return new DatasetJobException($"Column '{column}' holds '{shown}', which is no number; clean the column or leave it out.");
    }

    // Of equal numbers min-max makes nothing and z-score 0 / 0, even where rounding would leave a deviation.
    private static Scale? ScaleOf(ColumnPlan plan, ColumnFacts facts, double fill)
    {
        var moments = facts.Moments;
        if (facts.Missing > 0 && plan.FillStrategy == NormalizeParams.Constant && plan.Constant.Number is null)
        {
            throw new DatasetJobException(
                $"Column '{plan.Name}' is filled with the text '{plan.Constant.Text}' and cannot be scaled by '{plan.Method}'; fill it with a number.");
        }

        if (!double.IsNaN(fill))
        {
            Add(ref moments, fill, facts.Missing);
        }

        var constant = moments.Count == 0 || moments.Min == moments.Max;
        return plan.Method == NormalizeParams.ZScore
            ? new Scale(moments.Mean, constant ? double.NaN : moments.Std(ddof: 1))
            : constant ? null : new Scale(moments.Min, moments.Max - moments.Min);
    }

    private static void Add(ref Moments moments, double value, long times)
    {
        Span<double> values = stackalloc double[256];
        values.Fill(value);
        for (; times > 0; times -= values.Length)
        {
            moments.Add(values[..(int)Math.Min(times, values.Length)]);
        }
    }

    private static string Quoted(string text, byte delimiter) =>
        text.AsSpan().ContainsAny((char)delimiter, '"', '\n') || text.Contains('\r')
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text;
}
