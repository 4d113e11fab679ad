using AsyncStack.Hosting.Publishing.Graph;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>Two versions of what answers requests, side by side: the one all callers get, and one for some of them.</summary>
internal static class Tracks
{
    public const string Stable = "stable";

    public const string Canary = "canary";

    /// <summary>The name of a component in a track.</summary>
    public static string NameOf(string component, string track) => track == Stable ? component : $"{component}-{track}";

    /// <summary>An address with the names of services replaced by those of their canaries.</summary>
    public static Text Redirect(Text value, Release release, IEnumerable<Edge> edges) => edges.Select(e => e.To).Distinct().Aggregate(
        value, (text, service) => new Text(Rename(text.Template, release.NameOf(service).Template), Rename(text.ByDefault, release.NameOf(service).ByDefault)));

    private static string Rename(string text, string name) => text.Replace($"{name}:", $"{name}-{Canary}:", StringComparison.Ordinal);
}
