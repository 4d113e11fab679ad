using System.Text.RegularExpressions;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>Tells which variables are not to be shown: by what their values contain, and by their names.</summary>
internal sealed partial class Secrets(IEnumerable<string> values)
{
    // A shorter one would turn up in values that have nothing to do with it.
    private const int ShortestPart = 4;

    private readonly List<string> _values = [.. values.Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)];

    public bool Hides(string name, string value)
        => value.Length > 0 && (NameOfSecret().IsMatch(name) || PasswordInside().IsMatch(value) || _values.Any(secret => Contains(value, secret)));

    private static bool Contains(string value, string secret)
        => secret.Length < ShortestPart ? value == secret : value.Contains(secret, StringComparison.Ordinal);

    [GeneratedRegex(
        "password|passwd|passphrase|pwd|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|account[_-]?key|encryption[_-]?key|otlp_headers|(^|_)pass$",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex NameOfSecret();

    // "Password=…" of a connection string, and "user:password@" of an address.
    [GeneratedRegex(
        @"(password|pwd|(secret|access|account|signing)[ _-]?key|sharedaccesskey)\s*=\s*[^;,\s]|://[^/?#\s:@]*:[^/?#\s@]+@",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex PasswordInside();
}
