using System.Globalization;
using AsyncStack.Hosting.Dashboard.Telemetry.Tags;
using Microsoft.AspNetCore.Http;

namespace AsyncStack.Hosting.Dashboard.Telemetry;

/// <summary>Reads the query of a request and collects what is wrong with it.</summary>
internal sealed class Query(HttpRequest request)
{
    public const int DefaultLimit = 200;
    public const int MaxLimit = 1000;
    private const int MaxTextLength = 1000;

    private readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The answer to a query that is wrong; null while it is right.</summary>
    public IResult? Refusal => _errors.Count == 0 ? null : Results.ValidationProblem(
        _errors, detail: string.Join(" ", _errors.Values.SelectMany(e => e)), title: "The query is wrong.");

    public int Limit => (int)Number("limit", 1, MaxLimit, DefaultLimit)!;

    /// <summary>The position from which pages go back.</summary>
    public long Before => (long)(Number("before", 1, long.MaxValue, long.MaxValue) ?? 0);

    /// <summary>A text; null when it is not asked for.</summary>
    public string? Text(string name)
    {
        var text = request.Query[name].ToString();
        if (text.Length > MaxTextLength)
            Refuse(name, $"{name} has {text.Length} characters; {MaxTextLength} are the most.");
        return text.Length == 0 ? null : text;
    }

    public double? Number(string name, double least, double most, double? unless = null)
    {
        var text = request.Query[name].ToString();
        if (text.Length == 0)
            return unless;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        Refuse(name, $"{name} is '{Cut(text)}'; it must be a number from {least} to {most}.");
        return unless;
    }

    /// <summary>One of several words, or null.</summary>
    public string? OneOf(string name, params IReadOnlyList<string> words)
    {
        if (Text(name) is not { } text)
            return null;
        if (words.Contains(text, StringComparer.OrdinalIgnoreCase))
            return text;
        Refuse(name, $"{name} is '{Cut(text)}'; it must be one of {string.Join(", ", words)}.");
        return null;
    }

    public UInt128 Trace(string name)
    {
        if (Text(name) is not { } text)
            return default;
        if (Ids.TryParseTrace(text, out var id))
            return id;
        Refuse(name, $"{name} is '{Cut(text)}'; it must be 32 hexadecimal digits.");
        return default;
    }

    public ulong Span(string name)
    {
        if (Text(name) is not { } text)
            return 0;
        if (Ids.TryParseSpan(text, out var id))
            return id;
        Refuse(name, $"{name} is '{Cut(text)}'; it must be 16 hexadecimal digits.");
        return 0;
    }

    /// <summary>The values of a parameter that is written <c>key=value</c> and may be repeated.</summary>
    public KeyValuePair<string, string>[] Pairs(string name)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var text in request.Query[name])
        {
            if (text?.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
                pairs.Add(new(text[..at], text[(at + 1)..]));
            else
                Refuse(name, $"{name} is '{Cut(text ?? "")}'; write it as key=value.");
        }

        return [.. pairs];
    }

    public string[] All(string name) => [.. request.Query[name].Where(v => !string.IsNullOrEmpty(v)).Select(v => v!)];

    public void Refuse(string name, string message) => _errors[name] = [message];

    private static string Cut(string text) => text.Length <= 100 ? text : $"{text[..100]}…";
}
