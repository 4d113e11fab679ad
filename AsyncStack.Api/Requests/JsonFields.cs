using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AsyncStack.Api.Requests;

/// <summary>Reads optional fields of a JSON object; a wrong one is put down in the errors by its name. Null counts as absent.</summary>
internal readonly partial struct JsonFields(JsonElement root, FieldErrors errors, string prefix = "")
{
    /// <summary>The field, when it is there and not null.</summary>
    public JsonElement? Any(string name) =>
        TryGet(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The path of a field from the body's root.</summary>
    public string NameOf(string name) => prefix + name;

    public Guid? Id(string name)
    {
        if (Text(name, 64) is not { } text)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        errors.Add(NameOf(name), $"{name} is '{text}'; it must be a UUID.");
        return null;
    }

    public string? Text(string name, int maxLength, int minLength = 1)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            errors.Add(NameOf(name), $"{name} must be a string, not {Describe(value)}.");
            return null;
        }

        if (!TryGetString(value, out var text) || text.Contains('\0'))
        {
            errors.Add(NameOf(name), $"{name} holds characters that are no valid Unicode text.");
            return null;
        }

        if (text.Length < minLength || text.Length > maxLength)
        {
            errors.Add(NameOf(name), $"{name} has {text.Length} characters; it must have {minLength} to {maxLength}.");
            return null;
        }

        return text;
    }

    public int? Integer(string name, int min, int max)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(NameOf(name), $"{name} is {Describe(value)}; it must be a whole number from {min} to {max}.");
        return null;
    }

    public bool? Boolean(string name)
    {
        if (Any(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.True;
        }

        errors.Add(NameOf(name), $"{name} is {Describe(value)}; it must be true or false.");
        return null;
    }

    public DateTimeOffset? Time(string name)
    {
        if (Text(name, 64) is not { } text)
        {
            return null;
        }

        if (TryReadTime(text, out var time))
        {
            return time;
        }

        errors.Add(NameOf(name), $"{name} is '{text}'; it must be an RFC 3339 time such as 2030-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>Reads an RFC 3339 time. Parsing alone would take a time without offset for local time, and 12:00Z for noon of today.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time)
    {
        time = default;
        return Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rfc3339();

    private bool TryGet(string name, out JsonElement value)
    {
        try
        {
            return root.TryGetProperty(name, out value);
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair is JSON, but cannot be compared.
            errors.Add(NameOf(name), $"{name} cannot be looked up: another field's name is no valid Unicode text.");
            value = default;
            return false;
        }
    }

    private static bool TryGetString(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ when value.GetRawText() is { Length: <= 40 } raw => raw,
        _ => "a longer value",
    };
}
