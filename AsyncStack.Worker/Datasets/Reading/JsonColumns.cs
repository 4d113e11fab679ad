using System.Text.Json;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Finds the columns of JSON: all names, in order of first appearance. Takes a pass over the file.</summary>
internal sealed class JsonColumns : JsonObjects
{
    private readonly DatasetReadOptions _options;
    private readonly List<string> _names = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private int _next;

    private JsonColumns(ByteSource source, DatasetReadOptions options)
        : base(source, options) => _options = options;

    public static async Task<IReadOnlyList<string>> FindAsync(ByteSource source, DatasetReadOptions options, CancellationToken cancellationToken)
    {
        var columns = new JsonColumns(source, options);
        while (await columns.ReadPieceAsync(cancellationToken))
        {
        }

        return columns._names.Count > 0 ? columns._names : throw new DatasetFormatException("The file has no rows with values.");
    }

    protected override void TakeName(ref Utf8JsonReader reader)
    {
        // Most rows name the same columns in the same order.
        if (_next < _names.Count && reader.ValueTextEquals(_names[_next]))
        {
            _next++;
            return;
        }

        var name = reader.GetString()!;
        if (!_known.Add(name))
            return;
        _names.Add(name);
        if (_names.Count > _options.MaxColumns)
            throw new DatasetFormatException($"Row {Rows + 1}: there are more than {_options.MaxColumns} columns (Datasets:{nameof(_options.MaxColumns)}).");
    }

    protected override void TakeValue(ref Utf8JsonReader reader)
    {
    }

    protected override void EndRow() => _next = 0;
}
