namespace AsyncStack.Core.Workflows.Definition;

/// <summary>
/// What stands between <c>{{</c> and <c>}}</c>: a root and the way from it, <c>name ( "." name | "[" number "]" | "[" string "]" )*</c>, where a name is made
/// of letters, digits, <c>_</c> and <c>-</c>, and a string is quoted by <c>"</c> or <c>'</c>, whichever it does not hold.
/// </summary>
/// <param name="Text">As it was written.</param>
/// <param name="Root">One of <see cref="TemplateRoots"/>.</param>
/// <param name="Segments">Names as <see cref="string"/>, places in lists as <see cref="int"/>.</param>
public sealed record TemplatePath(string Text, string Root, IReadOnlyList<object> Segments)
{
    /// <summary>The step whose result it takes; null when it is not about a step.</summary>
    public string? Step => Root == TemplateRoots.Steps && Segments is [string step, ..] ? step : null;

    /// <summary>Reads a path.</summary>
    /// <exception cref="TemplateException">It is none.</exception>
    public static TemplatePath Parse(string text)
    {
        var reader = new Reader(text);
        reader.SkipSpace();
        var root = reader.Name();
        if (!TemplateRoots.All.Contains(root))
        {
            throw new TemplateException($"'{{{{{text}}}}}' begins with '{root}'; a template begins with one of {string.Join(", ", TemplateRoots.All)}.");
        }

        var segments = new List<object>();
        while (reader.Segment() is { } segment)
        {
            segments.Add(segment);
        }

        return new TemplatePath(text.Trim(), root, segments);
    }

    private ref struct Reader(string text)
    {
        private int _at;

        public void SkipSpace()
        {
            while (_at < text.Length && text[_at] == ' ')
            {
                _at++;
            }
        }

        public string Name()
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '-'))
            {
                _at++;
            }

            return _at > start ? text[start.._at] : throw Wrong("a name");
        }

        public object? Segment()
        {
            SkipSpace();
            if (_at == text.Length)
            {
                return null;
            }

            switch (text[_at])
            {
                case '.':
                    _at++;
                    return Name();
                case '[':
                    _at++;
                    var segment = _at < text.Length && text[_at] is '"' or '\'' ? (object)Quoted(text[_at]) : Number();
                    return _at < text.Length && text[_at++] == ']' ? segment : throw Wrong("']'");
                default:
                    throw Wrong("'.', '[' or the end");
            }
        }

        private string Quoted(char quote)
        {
            var end = text.IndexOf(quote, _at + 1);
            if (end < 0)
            {
                throw Wrong($"another {quote}");
            }

            var name = text[(_at + 1)..end];
            _at = end + 1;
            return name;
        }

        private int Number()
        {
            var start = _at;
            while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            {
                _at++;
            }

            return int.TryParse(text.AsSpan(start, _at - start), out var number) ? number : throw Wrong("a number or a quoted name");
        }

        private readonly TemplateException Wrong(string wanted) =>
            new($"'{{{{{text}}}}}' is no template: at character {_at + 1} of it {wanted} is missing.");
    }
}

/// <summary>What a template may begin with.</summary>
public static class TemplateRoots
{
    /// <summary>The run's input.</summary>
    public const string Input = "input";

    /// <summary>A step before: <c>steps.id.result</c>, <c>.result_uri</c>, <c>.state</c>, <c>.error</c>, <c>.job_id</c>.</summary>
    public const string Steps = "steps";

    /// <summary>The item of a <c>for_each</c> step.</summary>
    public const string Item = "item";

    /// <summary>The place of that item, from 0.</summary>
    public const string Index = "index";

    /// <summary>The run: <c>run.id</c>, <c>.workflow</c>, <c>.version</c>, <c>.scheduled_at</c>.</summary>
    public const string Run = "run";

    public static IReadOnlyList<string> All { get; } = [Input, Steps, Item, Index, Run];
}

/// <summary>A template cannot be read or has no value; the message is for who wrote it.</summary>
public sealed class TemplateException(string message) : Exception(message);
