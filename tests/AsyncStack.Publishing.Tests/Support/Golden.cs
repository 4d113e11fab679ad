using System.Text.RegularExpressions;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>Files that change on purpose only: <c>UPDATE_GOLDEN=1</c> writes them anew.</summary>
internal static partial class Golden
{
    public static async Task AssertAsync(string name, string actual)
    {
        var file = Path.Combine(Publication.Checkout, "tests", "AsyncStack.Publishing.Tests", "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(file), $"{file} is not there; UPDATE_GOLDEN=1 writes it.");
        var expected = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(expected, actual);
    }

    /// <summary>Manifests with what is random masked.</summary>
    public static string Masked(string manifests) => Random().Replace(manifests, "${key}: \"random\"");

    [GeneratedRegex(@"(?<key>^  [a-z-]+-(password|key|secret)): ""[A-Za-z0-9+/=]{20,}""", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Random();
}
