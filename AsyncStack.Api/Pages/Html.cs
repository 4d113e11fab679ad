using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace AsyncStack.Api.Pages;

/// <summary>Markup that may go into a page as it is: what a page's own file says, or text that was encoded.</summary>
internal readonly record struct Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Text by anybody, encoded for elements and quoted attributes.</summary>
    public static Html Text(string text) => new(Encoder.Encode(text));

    /// <summary>One after the other.</summary>
    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts));

    /// <summary>Markup of our own files.</summary>
    internal static Html Own(string markup) => new(markup);

    /// <summary>The markup.</summary>
    public override string ToString() => _markup ?? "";
}
