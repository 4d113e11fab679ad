using System.Security.Cryptography;

namespace AsyncStack.Hosting.ApplicationModel;

internal static class PasswordGenerator
{
    // Characters that look alike (I, l, O, 0, 1) and those that mean something in URLs, shells or connection strings are left out.
    private const string LowerCase = "abcdefghijkmnpqrstuvwxyz";
    private const string UpperCase = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string Digits = "23456789";
    private const string Punctuation = "-_.~*()!";

    public static string Generate(GenerateParameterDefault rule)
    {
        var classes = new (string Characters, int Minimum)[]
        {
            (rule.Lower ? LowerCase : "", rule.MinLower),
            (rule.Upper ? UpperCase : "", rule.MinUpper),
            (rule.Numeric ? Digits : "", rule.MinNumeric),
            (rule.Special ? Punctuation : "", rule.MinSpecial),
        };
        var all = string.Concat(classes.Select(c => c.Characters));
        if (all.Length == 0)
            throw new InvalidOperationException($"{nameof(GenerateParameterDefault)} allows no characters; allow at least one of Lower, Upper, Numeric, Special.");

        var required = classes.Where(c => c.Characters.Length > 0)
            .SelectMany(c => RandomNumberGenerator.GetItems<char>(c.Characters, Math.Max(1, c.Minimum)))
            .ToList();
        var rest = RandomNumberGenerator.GetItems<char>(all, Math.Max(0, rule.MinLength - required.Count));
        char[] characters = [.. required, .. rest];
        RandomNumberGenerator.Shuffle(characters.AsSpan());
        return new string(characters);
    }
}
