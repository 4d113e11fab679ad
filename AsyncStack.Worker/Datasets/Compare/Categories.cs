using System.Diagnostics.CodeAnalysis;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Datasets.Compare;

/// <summary>How often each text occurs, as long as there are at most <see cref="Most"/> different ones.</summary>
internal sealed class Categories
{
    /// <summary>Different texts that are counted; with more of them a column has no categories.</summary>
    public const int Most = 10_000;

    private Dictionary<byte[], long>? _counts = new(TextComparer.Instance);

    /// <summary>Counts by text in UTF-8; null when there are too many different ones.</summary>
    public IReadOnlyDictionary<byte[], long>? Counts => _counts;

    public long Rows { get; private set; }

    public long Missing { get; private set; }

    /// <summary>The texts of a column in one block.</summary>
    public static Categories Of(RowBlock block, int column)
    {
        var categories = new Categories { Rows = block.RowCount };
        for (var row = 0; row < block.RowCount; row++)
        {
            var cell = block.Cell(row, column);
            if (CellParser.IsMissing(cell))
            {
                categories.Missing++;
            }
            else
            {
                categories.Count(cell);
            }
        }

        return categories;
    }

    public void Add(Categories other)
    {
        Rows += other.Rows;
        Missing += other.Missing;
        if (_counts is null || other._counts is null)
        {
            _counts = null;
            return;
        }

        foreach (var (text, count) in other._counts)
        {
            _counts[text] = _counts.GetValueOrDefault(text) + count;
        }

        Limit();
    }

    private void Count(ReadOnlySpan<byte> text)
    {
        if (_counts is not null)
        {
            var counts = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();
            counts[text] = counts.TryGetValue(text, out var count) ? count + 1 : 1;
            Limit();
        }
    }

    private void Limit() => _counts = _counts?.Count > Most ? null : _counts;

    /// <summary>Compares texts by their bytes, under the runtime's random seed.</summary>
    public sealed class TextComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static TextComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
