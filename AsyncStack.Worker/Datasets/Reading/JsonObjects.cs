using System.Text.Json;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>
/// Reads an array of flat objects, or such objects one after another (NDJSON, https://github.com/ndjson/ndjson-spec), piece by
/// piece: no more is held than the longest value needs.
/// </summary>
internal abstract class JsonObjects(ByteSource source, DatasetReadOptions options)
{
    private const int PieceBytes = 256 << 10;
    private byte[] _buffer = new byte[PieceBytes];
    private JsonReaderState _state = new(new JsonReaderOptions { AllowMultipleValues = true });
    private int _length;
    private long _lines;
    private bool _begun;
    private bool _ended;
    private bool _inArray;
    private bool _afterArray;
    private bool _inObject;

    /// <summary>Rows read so far.</summary>
    protected long Rows { get; private set; }

    /// <summary>Reads a piece; false at the end.</summary>
    /// <exception cref="DatasetFormatException">It is not such JSON; the message names the line.</exception>
    protected async ValueTask<bool> ReadPieceAsync(CancellationToken cancellationToken)
    {
        if (_ended)
            return false;
        if (_length == _buffer.Length)
            Grow();
        var read = await source.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
        _length += read;
        Begin();
        Consume(final: read == 0);
        return true;
    }

    /// <summary>A name within a row; the value follows.</summary>
    protected abstract void TakeName(ref Utf8JsonReader reader);

    /// <summary>A string, number, boolean or null.</summary>
    protected abstract void TakeValue(ref Utf8JsonReader reader);

    protected abstract void EndRow();

    private void Begin()
    {
        if (_begun)
            return;
        _begun = true;
        var head = _buffer.AsSpan(0, _length);
        FileSignatures.Refuse(head);
        if (head.StartsWith("\uFEFF"u8))
        {
            head[3..].CopyTo(_buffer);
            _length -= 3;
        }
    }

    private void Consume(bool final)
    {
        var text = _buffer.AsSpan(0, _length);
        var reader = new Utf8JsonReader(text, final, _state);
        try
        {
            while (reader.Read())
                Take(ref reader, text);
        }
        catch (JsonException malformed)
        {
            var (line, column) = (malformed.LineNumber + 1, malformed.BytePositionInLine + 1);
            throw new DatasetFormatException($"Line {line}, column {column}: the JSON is malformed or ends too early.", line, column);
        }
        catch (InvalidOperationException)
        {
            throw Fault(text, reader, "the text is not valid UTF-8; save the file as UTF-8");
        }

        var used = (int)reader.BytesConsumed;
        _lines += text[..used].Count((byte)'\n');
        text[used..].CopyTo(_buffer);
        (_length, _state, _ended) = (_length - used, reader.CurrentState, final);
    }

    private void Take(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                TakeName(ref reader);
                break;
            case JsonTokenType.EndObject:
                _inObject = false;
                Rows++;
                EndRow();
                break;
            case JsonTokenType.StartObject when !_inObject && !_afterArray:
                _inObject = true;
                break;
            case JsonTokenType.StartArray when !_inObject && !_inArray && !_afterArray && Rows == 0:
                _inArray = true;
                break;
            case JsonTokenType.EndArray:
                (_inArray, _afterArray) = (false, true);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray when _inObject:
                throw Fault(text, reader, "a value is an object or array; rows must be flat, so flatten it first");
            default:
                if (!_inObject)
                    throw Fault(text, reader, "there must be an array of objects, or one object a line, and nothing else");
                TakeValue(ref reader);
                break;
        }
    }

    private DatasetFormatException Fault(ReadOnlySpan<byte> text, in Utf8JsonReader reader, string message)
    {
        var before = text[..(int)reader.TokenStartIndex];
        var (line, column) = (_lines + before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
        return new DatasetFormatException($"Line {line}, column {column}: {message}.", line, column);
    }

    private void Grow()
    {
        if (_length > options.MaxCellBytes + PieceBytes)
            throw new DatasetFormatException(
                $"Line {_lines + 1}: a value is longer than {options.MaxCellBytes} bytes (Datasets:{nameof(options.MaxCellBytes)}).", _lines + 1);
        Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
