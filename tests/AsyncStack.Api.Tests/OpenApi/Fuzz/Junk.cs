using System.Text;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>Values that are wrong almost anywhere.</summary>
internal static class Junk
{
    private static readonly string[] Texts =
    [
        "x", "0", "-1", "1", "101", "99999999999999999999", "1.5", "1e400", "NaN", "true", "null", "' or 1=1 --", "\"", "\\", "<script>", "é", "日本語", "😀",
        "\u202e", "a b", "*", "\"3\"", "W/\"3\"", "\"a\", \"b\"", "%", "%zz", "{}", "[]", "2030-02-31T00:00:00Z", "9999-12-31T23:59:59-14:00",
        "00000000-0000-0000-0000-000000000000", "not-a-uuid", "AAAAAAAAAAAAAAAAAAAAAA", "text/event-stream", "application/json;q=2", "*/*;q=0",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-0", "1e400", "-1.5E-400", "2147483648", "99999999999999999999999999", "0.1", "\"\"", "\"\\u0000\"", "\"\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\\"\"", "\"x\"", "[]", "{}", "[[[[[[]]]]]]", "{\"\\ud800\":1}", "{\"a\":{\"b\":[1,{}]}}", "\" \"", "\"é\"",
    ];

    private static readonly byte[][] Bodies =
    [
        [], [0], [0xFF], [0xEF, 0xBB, 0xBF], "{"u8.ToArray(), "{]"u8.ToArray(), "{} {}"u8.ToArray(), "\"\xC3\x28\""u8.ToArray(), [.. "{\"name\":\""u8, 0xC3, 0x28, .. "\"}"u8],
        "nul"u8.ToArray(), "{\"a\":1,}"u8.ToArray(), "// {}"u8.ToArray(), "a=1&b=2"u8.ToArray(),
    ];

    private static readonly string[] MediaTypes =
    [
        "text/plain", "application/json; charset=utf-16", "application/xml", "application/", "x", "multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/merge-patch+json", "",
    ];

    /// <summary>A text for a query, or for a header when it is <paramref name="printable"/>.</summary>
    public static string Text(Random random, bool printable = false) => random.Next(12) switch
    {
        0 => new string('x', random.Next(200, 1500)),
        1 when !printable => "a\0b",
        2 when !printable => "",
        _ => random.Of(Texts),
    };

    /// <summary>JSON of the wrong type or content.</summary>
    public static string Value(Random random) => random.Next(10) switch
    {
        0 => $"\"{new string('x', random.Next(100, 12_000))}\"",
        1 => new string('[', 80) + new string(']', 80),
        _ => random.Of(Values),
    };

    /// <summary>A body that is no JSON, or JSON with a byte changed or its end cut off.</summary>
    public static byte[] Body(Random random, string good)
    {
        var bytes = Encoding.UTF8.GetBytes(good);
        switch (random.Next(3))
        {
            case 0:
                return random.Of(Bodies);
            case 1:
                return bytes[..random.Next(bytes.Length)];
            default:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
        }
    }

    public static string MediaType(Random random) => random.Of(MediaTypes);

    public static T Of<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    public static bool OneIn(this Random random, int n) => random.Next(n) == 0;
}
