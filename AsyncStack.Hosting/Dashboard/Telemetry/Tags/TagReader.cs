using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using Google.Protobuf.Collections;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>Attributes from the wire, compact: repeated strings are shared and what is endless is cut.</summary>
internal sealed class TagReader
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

    private readonly Sharing<string> _names = new(4096, StringComparer.Ordinal);
    private readonly Sharing<string> _values = new(16_384, StringComparer.Ordinal);

    public Tag[] Read(RepeatedField<KeyValue> wire)
    {
        if (wire.Count == 0)
            return [];
        var tags = new Tag[Math.Min(wire.Count, MaxTags)];
        for (var i = 0; i < tags.Length; i++)
            tags[i] = new Tag(Name(wire[i].Key), Read(wire[i].Value));
        return tags;
    }

    public object? Read(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => Text(value.StringValue),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? True : False,
        AnyValue.ValueOneofCase.IntValue => value.IntValue is >= 0 and < 1024 ? SmallNumbers[value.IntValue] : value.IntValue,
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
        AnyValue.ValueOneofCase.BytesValue => value.BytesValue.Span[..Math.Min(value.BytesValue.Length, MaxText)].ToArray(),
        AnyValue.ValueOneofCase.ArrayValue => value.ArrayValue.Values.Take(MaxTags * 8).Select(Read).ToArray(),
        AnyValue.ValueOneofCase.KvlistValue => Read(value.KvlistValue.Values),
        _ => null,
    };

    /// <summary>A name: of a span, a scope, a key. They repeat.</summary>
    public string Name(string text) => text.Length == 0 ? "" : Shared(_names, text);

    /// <summary>A text of which many may differ.</summary>
    public string Text(string text) => text.Length == 0 ? "" : Shared(_values, text);

    private static string Shared(Sharing<string> shared, string text) =>
        text.Length <= SharedLength ? shared.Share(text, out _)
        : text.Length <= MaxText ? text
        : string.Concat(text.AsSpan(0, MaxText), "…");
}
