using System.Text;
using System.Text.Json;

namespace AsyncStack.Worker.External;

/// <summary>What a program outside answered.</summary>
public static class ExternalResult
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The body as JSON: as it is when it is JSON, as a JSON string when it is other text, null when it is no text.</summary>
    public static string? ToJson(ReadOnlySpan<byte> body)
    {
        string text;
        try
        {
            text = StrictUtf8.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        return IsJson(body) ? text : JsonSerializer.Serialize(text);
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
