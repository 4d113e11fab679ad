using System.Globalization;

namespace AsyncStack.Api.Requests;

/// <summary>Reads the query of a request.</summary>
internal static class Queries
{
    /// <summary>The text of a field; null when it is absent or empty.</summary>
    public static string? QueryText(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>The UUID of a field; null when it is absent or wrong, which is put down in the errors.</summary>
    public static Guid? QueryId(this HttpRequest request, string name, FieldErrors errors)
    {
        if (request.QueryText(name) is not { } text)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        errors.Add(name, $"{name} is '{text}'; it must be a UUID.");
        return null;
    }

    /// <summary>Whether a field is <c>true</c> or <c>false</c>; null when it is absent or wrong, which is put down in the errors.</summary>
    public static bool? QueryFlag(this HttpRequest request, string name, FieldErrors errors)
    {
        if (request.QueryText(name) is not { } text)
        {
            return null;
        }

        if (text is "true" or "false")
        {
            return text == "true";
        }

        errors.Add(name, $"{name} is '{text}'; it must be true or false.");
        return null;
    }

    /// <summary>The whole number of a field; null when it is absent or wrong, which is put down in the errors.</summary>
    public static int? QueryNumber(this HttpRequest request, string name, int min, int max, FieldErrors errors) =>
        (int?)request.QueryNumber(name, (long)min, max, errors);

    /// <summary>The same for larger ones.</summary>
    public static long? QueryNumber(this HttpRequest request, string name, long min, long max, FieldErrors errors)
    {
        if (request.QueryText(name) is not { } text)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        errors.Add(name, $"{name} is '{text}'; it must be a whole number from {min} to {max}.");
        return null;
    }

    /// <summary>The time of a field; null when it is absent or wrong, which is put down in the errors.</summary>
    public static DateTimeOffset? QueryTime(this HttpRequest request, string name, FieldErrors errors)
    {
        if (request.QueryText(name) is not { } text)
        {
            return null;
        }

        if (JsonFields.TryReadTime(text, out var time))
        {
            return time;
        }

        errors.Add(name, $"{name} is '{text}'; it must be an RFC 3339 time such as 2030-01-31T12:00:00Z.");
        return null;
    }
}
