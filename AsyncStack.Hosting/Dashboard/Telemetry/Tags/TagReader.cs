using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Strings that repeat, kept once.</summary>
internal sealed class SharedTexts
{
    /// <summary>Names: of spans, scopes, keys.</summary>
    public Sharing<string> Names { get; } = new(4096, StringComparer.Ordinal);

    /// <summary>Texts of which many may differ.</summary>
    public Sharing<string> Values { get; } = new(16_384, StringComparer.Ordinal);
}

/// <summary>
/// Attributes of one request from the wire, compact: repeated strings are shared and what is endless is cut. It counts the bytes that
/// it takes anew, for the item that is being read to answer for.
/// </summary>
internal sealed class TagReader(SharedTexts texts)
{
    /// <summary>Attributes of one item that are kept, as many as SDKs send by default.</summary>
    public const int MaxTags = 128;

    /// <summary>Characters of a text that are kept; stack traces fit.</summary>
    public const int MaxText = 32 * 1024;

    /// <summary>Longer texts are seldom seen twice.</summary>
    private const int SharedLength = 128;

    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly object[] SmallNumbers = [.. Enumerable.Range(0, 1024).Select(n => (object)(long)n)];

    private int _bytes;

    /// <summary>The bytes since it was asked last.</summary>
    public int TakeBytes()
    {
        var bytes = _bytes;
        _bytes = 0;
        return bytes;
    }

    /// <summary>Adds bytes for the next item to answer for.</summary>
    public void Charge(int bytes) => _bytes += bytes;

    public Tag[] Read(RepeatedField<KeyValue> wire)
    {
        if (wire.Count == 0)
            return [];
        var tags = new Tag[Math.Min(wire.Count, MaxTags)];
        _bytes += Tag.ArrayBytes(tags.Length);
        for (var i = 0; i < tags.Length; i++)
            tags[i] = new Tag(Name(wire[i].Key), Read(wire[i].Value));
        return tags;
    }

    public object? Read(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => Text(value.StringValue),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? True : False,
        AnyValue.ValueOneofCase.IntValue => value.IntValue is >= 0 and < 1024 ? SmallNumbers[value.IntValue] : Counted(value.IntValue),
        AnyValue.ValueOneofCase.DoubleValue => Counted(value.DoubleValue),
        AnyValue.ValueOneofCase.BytesValue => Counted(value.BytesValue.Span[..Math.Min(value.BytesValue.Length, MaxText)].ToArray()),
        AnyValue.ValueOneofCase.ArrayValue => ReadArray(value.ArrayValue.Values),
        AnyValue.ValueOneofCase.KvlistValue => Read(value.KvlistValue.Values),
        _ => null,
    };

    /// <summary>A name: of a span, a scope, a key. They repeat.</summary>
    public string Name(string text) => Shared(texts.Names, text);

    /// <summary>A text of which many may differ.</summary>
    public string Text(string text) => Shared(texts.Values, text);

    private object?[] ReadArray(RepeatedField<AnyValue> wire)
    {
        var values = new object?[Math.Min(wire.Count, MaxTags * 8)];
        _bytes += Tag.ArrayBytes(values.Length);
        for (var i = 0; i < values.Length; i++)
            values[i] = Read(wire[i]);
        return values;
    }

    private string Shared(Sharing<string> shared, string text)
    {
        if (text.Length == 0)
            return "";
        if (text.Length <= SharedLength)
        {
            var one = shared.Share(text, out var known);
            return known ? one : Counted(one);
        }

        return Counted(text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText), "…"));
    }

    private T Counted<T>(T value)
        where T : notnull
    {
        _bytes += Tag.SizeOf(value);
        return value;
    }
}
