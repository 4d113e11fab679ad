using System.Text.RegularExpressions;

namespace AsyncStack.Hosting.Terminal;

/// <summary>Colours that resources write are for terminals; files and pipes get the text alone.</summary>
internal static partial class Colours
{
    public static string For(string line, bool isRedirected) => isRedirected ? ControlSequence().Replace(line, "") : line;

    // ECMA-48, 5.4: parameters, intermediates and a final byte after the introducer.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ControlSequence();
}
