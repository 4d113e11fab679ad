namespace AsyncStack.Api.Requests;

/// <summary>Reads the query of a request.</summary>
internal static class Queries
{
    /// <summary>The text of a field; null when it is absent or empty.</summary>
    public static string? QueryText(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

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
