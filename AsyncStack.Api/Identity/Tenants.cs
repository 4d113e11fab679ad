using System.Text.RegularExpressions;

namespace AsyncStack.Api.Identity;

/// <summary>Names of tenants.</summary>
internal static partial class Tenants
{
    public const string Form = "A tenant is 1 to 63 lower-case letters, digits and '-', and begins with a letter or digit.";

    public static bool IsName(string text) => Name().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
