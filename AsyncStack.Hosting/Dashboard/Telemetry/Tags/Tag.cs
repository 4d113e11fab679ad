namespace AsyncStack.Hosting.Dashboard.Telemetry.Tags;

/// <summary>An attribute.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">
/// A string, bool, long, double, byte[], an array of values (object[]) or a map (Tag[]); null for an empty value.
/// </param>
internal readonly record struct Tag(string Key, object? Value)
{
    private const int ObjectBytes = 24;

    /// <summary>What an array of attributes takes in memory, as if nothing of it were shared.</summary>
    public static int SizeOf(ReadOnlySpan<Tag> tags)
    {
        if (tags.IsEmpty)
            return 0;
        var size = ObjectBytes;
        foreach (var (key, value) in tags)
            size += 16 + SizeOfText(key) + SizeOf(value);
        return size;
    }

    /// <summary>What an array takes besides what it holds; an element of any kind has 16 bytes at the most.</summary>
    public static int ArrayBytes(int length) => ObjectBytes + (16 * length);

    public static int SizeOfText(string? text) => text is null ? 0 : ObjectBytes + (2 * text.Length);

    public static int SizeOf(object? value) => value switch
    {
        null or bool => 0,
        string text => SizeOfText(text),
        byte[] bytes => ObjectBytes + bytes.Length,
        object?[] values => values.Aggregate(ObjectBytes, (size, v) => size + 8 + SizeOf(v)),
        Tag[] map => SizeOf(map),
        _ => ObjectBytes,
    };

    public static object? Find(ReadOnlySpan<Tag> tags, string key)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == key)
                return tag.Value;
        }

        return null;
    }
}
