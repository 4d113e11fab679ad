using System.Globalization;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Normalize;

namespace AsyncStack.Worker.Datasets.Anomalies;

/// <summary>The anomalies of a column with their rows, within the job's budget however many they are.</summary>
internal sealed class FoundAnomalies(MemoryBudget budget) : IDisposable
{
    // A double as a whole number has at most 309 digits and a sign.
    private const int MaxNumberLength = 320;

    // Integers up to here are told apart by a double.
    private const double MaxExact = 1L << 53;

    private readonly NumberColumn _values = new(budget);

    // Row numbers stay exact in a double up to 2^53.
    private readonly NumberColumn _rows = new(budget);

    public long Count => _values.Count;

    /// <summary>Asks of every number in row order.</summary>
    public void Search(NumberColumn column, Func<double, bool> isAnomaly, CancellationToken cancellationToken)
    {
        var row = 0L;
        foreach (var block in column.Scan(cancellationToken))
        {
            foreach (var value in block)
            {
                if (isAnomaly(value))
                {
                    _values.Append(value);
                    _rows.Append(row);
                }

                row++;
            }
        }
    }

    /// <summary>
    /// Writes <c>anomalies.json</c>: numbers as Python's <c>json</c> writes them, of a column of integers without a fraction. Infinities,
    /// for which JSON has no number, are the strings <c>"Infinity"</c> and <c>"-Infinity"</c>.
    /// </summary>
    public Task WriteAsync(ResultWriter writer, bool integers, CancellationToken cancellationToken)
    {
        writer.Write("{\"anomalies_count\":"u8);
        WriteNumber(writer, Count, integer: true);
        writer.Write(",\"anomalies\":["u8);
        WriteList(writer, _values, integers, cancellationToken);
        writer.Write("],\"rows\":["u8);
        WriteList(writer, _rows, integers: true, cancellationToken);
        writer.Write("]}"u8);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _values.Dispose();
        _rows.Dispose();
    }

    private static void WriteList(ResultWriter writer, NumberColumn numbers, bool integers, CancellationToken cancellationToken)
    {
        var first = true;
        foreach (var block in numbers.Scan(cancellationToken))
        {
            foreach (var number in block)
            {
                if (!first)
                {
                    writer.Write(","u8);
                }

                first = false;
                WriteNumber(writer, number, integers);
            }
        }
    }

    private static void WriteNumber(ResultWriter writer, double number, bool integer)
    {
        if (double.IsInfinity(number))
        {
            writer.Write(number > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
            return;
        }

        Span<byte> text = stackalloc byte[MaxNumberLength];
        var length = integer ? WriteInteger(number, text) : NumberText.Write(number, text);
        writer.Write(text[..length]);
    }

    private static int WriteInteger(double number, Span<byte> text)
    {
        // Zero has no sign here, whatever the file has.
        _ = Math.Abs(number) < MaxExact
            ? ((long)number).TryFormat(text, out var length, default, CultureInfo.InvariantCulture)
            : number.TryFormat(text, out length, "F0", CultureInfo.InvariantCulture);
        return length;
    }
}
