using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>What the AppHost writes for one publisher, in a folder of its own.</summary>
internal sealed class Publication : IDisposable
{
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private Publication(string folder, TimeSpan duration) => (Folder, Duration) = (folder, duration);

    public static string Checkout { get; } = CheckoutOf();

    public string Folder { get; }

    public TimeSpan Duration { get; }

    public static async Task<Publication> WriteAsync(string publisher, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("asyncstack-publish-").FullName;
        var started = Stopwatch.GetTimestamp();
        (await RunAsync(["--output-path", folder, "--publisher", publisher])).Succeeded();
        return new Publication(folder, Stopwatch.GetElapsedTime(started));
    }

    public static Task<Outcome> RunAsync(string[] arguments) => Programs.RunAsync(
        "dotnet",
        [Path.Combine(Checkout, "AsyncStack.AppHost", "bin", Configuration, "net10.0", "AsyncStack.AppHost.dll"), "--operation", "publish", "--step", "publish", .. arguments]);

    /// <summary>Every file's content, by its path in the folder.</summary>
    public Dictionary<string, string> Files() => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(Folder, f), File.ReadAllText, StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string CheckoutOf([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
