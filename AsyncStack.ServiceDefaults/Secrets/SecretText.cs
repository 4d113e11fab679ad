using System.Text.RegularExpressions;

namespace AsyncStack.ServiceDefaults.Secrets;

/// <summary>Settings with secrets in them: <c>Host=db;Password={secret:postgres-password}</c>.</summary>
internal static partial class SecretText
{
    /// <summary>Whether a setting has a secret in it.</summary>
    public static bool HasSecrets(string text) => Placeholder().IsMatch(text);

    /// <summary>
    /// The setting with the secrets in their places, written as the setting's own form needs it: percent-encoded in an address, quoted
    /// in a list of <c>name=value;</c>.
    /// </summary>
    /// <param name="text">The setting.</param>
    /// <param name="read">A secret by its name; null when there is none.</param>
    /// <exception cref="InvalidOperationException">A secret is not there; the message names it.</exception>
    public static string Expand(string text, Func<string, string?> read)
    {
        var isAddress = Address().IsMatch(text);
        var isList = !isAddress && text.Contains(';', StringComparison.Ordinal);
        return Placeholder().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            var secret = read(name) ?? throw new InvalidOperationException($"Secret '{name}' is not there: no file of that name is in {MountedSecrets.PathSetting}.");
            return isAddress ? Uri.EscapeDataString(secret) : isList ? Quoted(secret) : secret;
        });
    }

    private static string Quoted(string secret) => secret.AsSpan().IndexOfAny(" ;'\"=") < 0 ? secret : $"\"{secret.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex(@"\{secret:(?<name>[A-Za-z0-9._-]+)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[a-z][a-z0-9+.-]*://", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();
}
