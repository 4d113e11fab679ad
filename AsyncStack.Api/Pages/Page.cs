using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AsyncStack.Api.Pages;

/// <summary>
/// A page, or a part of one, from an embedded file. <c>{{name}}</c> stands for a value, <c>{{&gt; file.css}}</c> for another file.
/// Values never stand within style or script, whose hashes make up the page's content security policy (CSP level 3).
/// </summary>
internal sealed partial class Page
{
    private readonly string[] _texts;
    private readonly string[] _names;

    private Page(string source)
    {
        var parts = Placeholder().Split(source);
        _texts = [.. parts.Where((_, i) => i % 2 == 0)];
        _names = [.. parts.Where((_, i) => i % 2 == 1)];
        ContentSecurityPolicy =
            $"default-src 'none'; style-src {Hashes(Style(), source)}; script-src {Hashes(Script(), source)}; img-src data:; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    }

    /// <summary>Lets run what the file holds, and nothing else.</summary>
    public string ContentSecurityPolicy { get; }

    /// <summary>Reads an embedded file.</summary>
    public static Page Load(string file) => new(Include().Replace(Read(file), include => Read(include.Groups["file"].Value)));

    /// <summary>Puts values in.</summary>
    /// <exception cref="ArgumentException">The page asks for a value that is not given.</exception>
    public Html Fill(params IReadOnlyList<(string Name, Html Value)> values)
    {
        var page = new StringBuilder(_texts[0]);
        for (var i = 0; i < _names.Length; i++)
        {
            page.Append(Find(values, _names[i])).Append(_texts[i + 1]);
        }

        return Html.Own(page.ToString());
    }

    private static Html Find(IReadOnlyList<(string Name, Html Value)> values, string name)
    {
        foreach (var value in values)
        {
            if (value.Name == name)
            {
                return value.Value;
            }
        }

        throw new ArgumentException($"The page has a place for '{name}', which is not given.", nameof(values));
    }

    private static string Read(string file)
    {
        using var stream = typeof(Page).Assembly.GetManifestResourceStream($"Pages/{file}")
            ?? throw new ArgumentException($"There is no embedded page '{file}'.", nameof(file));
        using var reader = new StreamReader(stream);

        // Browsers hash what the parser hands them, which has no carriage returns.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Hashes(Regex element, string source)
    {
        var hashes = element.Matches(source).Select(m => m.Groups["text"].Value)
            .Select(text => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'");
        return string.Join(' ', hashes) is { Length: > 0 } all ? all : "'none'";
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\{\{> (?<file>[\w.-]+)\}\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Include();

    [GeneratedRegex("<style>(?<text>.*?)</style>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Style();

    [GeneratedRegex("<script>(?<text>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Script();
}
