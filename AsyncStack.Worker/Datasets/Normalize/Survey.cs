using System.Buffers;
using AsyncStack.Worker.Datasets.Columns;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Normalize;

/// <summary>What one block says: hashes of its rows, and for each surveyed column its numbers (when they are kept) and their moments.</summary>
internal readonly record struct SurveyPart(UInt128[]? Hashes, double[]?[] Numbers, Moments[] Moments);

/// <summary>
/// The first pass: which rows are duplicates, and what is to be known of the columns. Numbers are only held for a median, or
/// while it is open which rows stay; otherwise their moments are enough.
/// </summary>
internal sealed class Survey : BlockPass<SurveyPart>, IDisposable
{
    private readonly NormalizePlan _plan;
    private readonly MemoryBudget _budget;
    private readonly ColumnPlan[] _columns;
    private readonly NumberColumn?[] _numbers;
    private readonly Moments[] _moments;
    private readonly RowHashing? _hashing;
    private readonly DuplicateIndex? _duplicates;
    private long _rows;

    public Survey(NormalizePlan plan, MemoryBudget budget)
    {
        (_plan, _budget) = (plan, budget);
        _columns = [.. plan.Columns.Where(c => c.NeedsNumbers)];
        _numbers = [.. _columns.Select(c => plan.Compared is not null || c.NeedsMedian ? new NumberColumn(budget) : null)];
        _moments = new Moments[_columns.Length];
        if (plan.Compared is { } compared)
        {
            (_hashing, _duplicates) = (new RowHashing(plan.Types, compared), new DuplicateIndex(budget, ordered: true));
        }
    }

    /// <summary>The columns it asks for, ascending.</summary>
    public int[] Columns => [.. _columns.Select(c => c.Place).Union(_plan.Compared ?? []).Order()];

    public override SurveyPart Process(RowBlock block)
    {
        var numbers = new double[]?[_columns.Length];
        var moments = new Moments[_columns.Length];
        for (var i = 0; i < _columns.Length; i++)
        {
            var values = ArrayPool<double>.Shared.Rent(block.RowCount);
            if (block.ReadNumbers(_columns[i].Place, values) is var bad && bad < block.RowCount)
            {
                throw CellEdit.NoNumber(_columns[i].Name, block.Cell(bad, _columns[i].Place));
            }

            if (_duplicates is null)
            {
                moments[i].Add(values.AsSpan(0, block.RowCount));
            }

            if (_numbers[i] is null)
            {
                ArrayPool<double>.Shared.Return(values);
            }
            else
            {
                numbers[i] = values;
            }
        }

        return new SurveyPart(_hashing?.Hash(block), numbers, moments);
    }

    public override void Merge(SurveyPart part, RowBlock block, long firstRow)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            _moments[i].Merge(part.Moments[i]);
            if (part.Numbers[i] is { } values)
            {
                _numbers[i]!.Append(values.AsSpan(0, block.RowCount));
                ArrayPool<double>.Shared.Return(values);
            }
        }

        if (part.Hashes is { } hashes)
        {
            _duplicates!.Add(hashes.AsSpan(0, block.RowCount));
            ArrayPool<UInt128>.Shared.Return(hashes);
        }

        _rows += block.RowCount;
    }

    /// <summary>Which rows stay (null for all), and what is done to each changed column.</summary>
    public (RowSet? Kept, CellEdit[] Edits) Conclude(byte delimiter, CancellationToken cancellationToken)
    {
        var kept = _duplicates?.Kept(_plan.Keep, cancellationToken);
        _duplicates?.Dispose();
        var edits = _plan.Columns.Select(column =>
        {
            var i = Array.IndexOf(_columns, column);
            var (facts, median) = i < 0 ? (default, double.NaN) : Learn(i, kept, cancellationToken);
            return CellEdit.Make(column, facts, median, delimiter);
        });
        return (kept, [.. edits]);
    }

    public void Dispose()
    {
        _duplicates?.Dispose();
        foreach (var column in _numbers)
        {
            column?.Dispose();
        }
    }

    private (ColumnFacts Facts, double Median) Learn(int i, RowSet? kept, CancellationToken cancellationToken)
    {
        if (kept is null)
        {
            return (new ColumnFacts(_moments[i], _rows - _moments[i].Count), MedianOf(_columns[i], _numbers[i], cancellationToken));
        }

        using var left = _columns[i].NeedsMedian ? new NumberColumn(_budget) : null;
        var facts = Filter(_numbers[i]!, kept, left, cancellationToken);

        // Given back before the next column needs room.
        _numbers[i]!.Dispose();
        return (facts, MedianOf(_columns[i], left, cancellationToken));
    }

    private double MedianOf(ColumnPlan column, NumberColumn? numbers, CancellationToken cancellationToken) =>
        column.NeedsMedian ? Quantiles.Select(numbers!, _budget, [0.5], cancellationToken)[0] : double.NaN;

    private static ColumnFacts Filter(NumberColumn all, RowSet kept, NumberColumn? target, CancellationToken cancellationToken)
    {
        var moments = default(Moments);
        var buffer = new double[NumberColumn.BlockLength];
        var (row, rows) = (0L, 0L);
        foreach (var block in all.Scan(cancellationToken))
        {
            var count = 0;
            foreach (var value in block)
            {
                if (kept[row++])
                {
                    buffer[count++] = value;
                }
            }

            moments.Add(buffer.AsSpan(0, count));
            target?.Append(buffer.AsSpan(0, count));
            rows += count;
        }

        return new ColumnFacts(moments, rows - moments.Count);
    }
}
