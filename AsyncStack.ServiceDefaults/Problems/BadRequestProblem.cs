using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace AsyncStack.ServiceDefaults.Problems;

/// <summary>Tells a client what is wrong with its request, in the client's terms: the field's path, not our type names.</summary>
internal static partial class BadRequestProblem
{
    public static ProblemDetails From(BadHttpRequestException exception) => exception.InnerException switch
    {
        JsonException json => FromJson(json, exception.StatusCode),
        _ => new() { Status = exception.StatusCode, Detail = Detail(exception) },
    };

    private static ProblemDetails FromJson(JsonException json, int status)
    {
        if (MissingFields(json) is { Length: > 0 } missing)
            return WithErrors(status, "Required fields are missing.", missing, "This field is required.");
        return FieldOf(json.Path) is { } field && json.InnerException is not JsonException && !IsSyntax(json)
            ? WithErrors(status, $"The field '{field}' has a value of the wrong type.", [field], "The value has the wrong type.")
            : new ProblemDetails { Status = status, Detail = $"The body is not valid JSON{Position(json)}." };
    }

    private static HttpValidationProblemDetails WithErrors(int status, string detail, string[] fields, string message) =>
        new(fields.ToDictionary(field => field, _ => new[] { message }, StringComparer.Ordinal))
        {
            Status = status,
            Detail = detail,
            Title = null,
        };

    private static string Detail(BadHttpRequestException exception) => exception.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => "The body is larger than is accepted here.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be sent with a content type that is accepted here, such as application/json.",
        _ when exception.Message.Contains("from body", StringComparison.Ordinal) => "A body is required.",
        _ when ParameterName().Match(exception.Message) is { Success: true } match =>
            $"The parameter '{match.Groups["name"].Value}' is missing or has a value of the wrong type.",
        _ => "The request is malformed.",
    };

    /// <summary>"$.a.b[0]" as "a.b[0]"; nothing for the root.</summary>
    private static string? FieldOf(string? path) =>
        path is { Length: > 1 } && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;

    private static bool IsSyntax(JsonException json) => json.InnerException is { } inner && inner.GetType().Name == "JsonReaderException";

    private static string Position(JsonException json) =>
        json.LineNumber is { } line ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "";

    /// <summary>The serializer tells missing fields only in its message, behind the type's name.</summary>
    private static string[] MissingFields(JsonException json)
    {
        if (!json.Message.Contains("missing required properties", StringComparison.Ordinal))
            return [];
        var parent = FieldOf(json.Path) is { } path ? path + "." : "";
        return [.. QuotedName().Matches(json.Message).Skip(1).Select(match => parent + match.Groups["name"].Value)];
    }

    [GeneratedRegex("parameter \"\\S+ (?<name>\\w+)\"", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex ParameterName();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.ExplicitCapture, 200)]
    private static partial Regex QuotedName();
}
