using System.Text.RegularExpressions;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Substitutes as the official nginx image does: only variables that are defined, so that nginx's own stay.</summary>
internal static partial class EnvironmentTemplate
{
    /// <summary>Replaces <c>${NAME}</c> and <c>$NAME</c> where NAME is in the environment; everything else stays.</summary>
    public static string Substitute(string text, IReadOnlyDictionary<string, string> environment) =>
        Variable().Replace(text, match =>
        {
            var name = match.Groups["braced"].Success ? match.Groups["braced"].Value : match.Groups["plain"].Value;
            return environment.TryGetValue(name, out var value) ? value : match.Value;
        });

    [GeneratedRegex(@"\$(?:\{(?<braced>[A-Za-z_][A-Za-z0-9_]*)\}|(?<plain>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();
}
