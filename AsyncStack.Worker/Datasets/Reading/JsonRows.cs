using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>JSON as the CSV that says the same, so that everything after reads one kind of text.</summary>
/// <remarks>
/// Null, an absent name and an empty string are missing values; strings are taken by the rules of CSV cells, so that "7" is a
/// number, as pandas' <c>read_json</c> has it by default. Of a name given twice in a row the last counts.
/// </remarks>
internal sealed class JsonRows : JsonObjects
{
    private static readonly SearchValues<byte> Quoted = SearchValues.Create("\",\n\r"u8);
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly string[] _names;
    private readonly (int Start, int Length)[] _cells;
    private readonly ArrayBufferWriter<byte> _row = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private byte[] _string = new byte[256];
    private int _place;
    private int _given;

    public JsonRows(ByteSource source, IReadOnlyList<string> columns, DatasetReadOptions options)
        : base(source, options)
    {
        _names = [.. columns];
        _cells = new (int, int)[columns.Count];
        for (var i = 0; i < columns.Count; i++)
        {
            _places[columns[i]] = i;
            _cells[i] = Append(Encoding.UTF8.GetBytes(columns[i]));
        }

        WriteRow();
        _place = -1;
    }

    /// <summary>Fills some of the buffer; 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_given == _text.WrittenCount)
        {
            _text.ResetWrittenCount();
            _given = 0;
            if (!await ReadPieceAsync(cancellationToken))
                return 0;
        }

        var count = Math.Min(buffer.Length, _text.WrittenCount - _given);
        _text.WrittenMemory.Slice(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    protected override void TakeName(ref Utf8JsonReader reader)
    {
        var next = _place + 1;
        _place = next < _names.Length && reader.ValueTextEquals(_names[next]) ? next : _places[reader.GetString()!];
    }

    protected override void TakeValue(ref Utf8JsonReader reader) => _cells[_place] = reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.String => Append(Unescape(ref reader)),
        _ => Append(reader.ValueSpan),
    };

    protected override void EndRow()
    {
        WriteRow();
        _place = -1;
    }

    private ReadOnlySpan<byte> Unescape(ref Utf8JsonReader reader)
    {
        if (_string.Length < reader.ValueSpan.Length)
            _string = new byte[reader.ValueSpan.Length * 2];
        return _string.AsSpan(0, reader.CopyString(_string));
    }

    private (int Start, int Length) Append(ReadOnlySpan<byte> value)
    {
        var start = _row.WrittenCount;
        if (!value.ContainsAny(Quoted))
        {
            _row.Write(value);
            return (start, value.Length);
        }

        _row.Write("\""u8);
        for (var quote = value.IndexOf((byte)'"'); quote >= 0; quote = value.IndexOf((byte)'"'))
        {
            _row.Write(value[..quote]);
            _row.Write("\"\""u8);
            value = value[(quote + 1)..];
        }

        _row.Write(value);
        _row.Write("\""u8);
        return (start, _row.WrittenCount - start);
    }

    private ReadOnlySpan<byte> Cell(int place) => _row.WrittenSpan.Slice(_cells[place].Start, _cells[place].Length);

    private void WriteRow()
    {
        // A single cell of nothing but blanks would be a blank line, which is no row.
        var blank = _cells.Length == 1 && Cell(0).Trim(" \t"u8).IsEmpty;
        _text.Write(blank ? "\""u8 : default);
        for (var i = 0; i < _cells.Length; i++)
        {
            if (i > 0)
                _text.Write(","u8);
            _text.Write(Cell(i));
        }

        _text.Write(blank ? "\"\n"u8 : "\n"u8);
        Array.Clear(_cells);
        _row.ResetWrittenCount();
    }
}
