using System.Globalization;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>What the AppHost writes for one publisher, in a folder of its own.</summary>
internal sealed class Publication : IDisposable
{
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private Publication(string folder, TimeSpan processorTime) => (Folder, ProcessorTime) = (folder, processorTime);

    public static string Checkout { get; } = CheckoutOf();

    public string Folder { get; }

    public TimeSpan ProcessorTime { get; }

    public static async Task<Publication> WriteAsync(string publisher, string? folder = null)
    {
        folder ??= Directory.CreateTempSubdirectory("asyncstack-publish-").FullName;
        var outcome = await RunAsync(["--output-path", folder, "--publisher", publisher]);
        outcome.Succeeded();
        // The last line is of time: seconds in user and in kernel mode.
        var seconds = outcome.Error.Trim().Split('\n')[^1].Split(' ').Sum(s => double.Parse(s, CultureInfo.InvariantCulture));
        return new Publication(folder, TimeSpan.FromSeconds(seconds));
    }

    public static Task<Outcome> RunAsync(string[] arguments) => Programs.RunAsync(
        "bash",
        ["-c", "TIMEFORMAT='%U %S'; time \"$@\"", "time", "dotnet", Path.Combine(Checkout, "AsyncStack.AppHost", "bin", Configuration, "net10.0", "AsyncStack.AppHost.dll"), "--operation", "publish", "--step", "publish", .. arguments]);

    /// <summary>Every file's content, by its path in the folder.</summary>
    public Dictionary<string, string> Files() => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(Folder, f), File.ReadAllText, StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // Not by a path of the source: builds of CI leave those out of what they make.
    private static string CheckoutOf()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AsyncStack.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not lie in a checkout of AsyncStack.");
    }
}
