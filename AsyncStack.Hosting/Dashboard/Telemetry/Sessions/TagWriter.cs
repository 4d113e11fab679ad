using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Google.Protobuf;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>Attributes back to the wire.</summary>
internal static class TagWriter
{
    public static IEnumerable<KeyValue> Write(Tag[] tags) => tags.Select(t => new KeyValue { Key = t.Key, Value = Write(t.Value) });

    public static AnyValue Write(object? value) => value switch
    {
        string text => new AnyValue { StringValue = text },
        bool flag => new AnyValue { BoolValue = flag },
        long number => new AnyValue { IntValue = number },
        double number => new AnyValue { DoubleValue = number },
        byte[] bytes => new AnyValue { BytesValue = ByteString.CopyFrom(bytes) },
        Tag[] map => new AnyValue { KvlistValue = new KeyValueList { Values = { Write(map) } } },
        object?[] values => new AnyValue { ArrayValue = new ArrayValue { Values = { values.Select(Write) } } },
        _ => new AnyValue(),
    };

    public static Resource Write(Origin origin) => new() { Attributes = { Write(origin.Tags) } };

    public static InstrumentationScope Write(Scope scope) => new() { Name = scope.Name, Version = scope.Version };
}
