namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>Finds programs.</summary>
internal static class Programs
{
    // An ordinary user's PATH on Debian lacks the folders that nginx and rabbitmq-server are in.
    private static readonly string[] SystemFolders =
        ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The PATH that children get: this process's own, then the system's folders.</summary>
    public static string SearchPath { get; } = string.Join(':', Folders());

    /// <summary>The program's absolute path; null when it is not there.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return IsExecutable(name) ? Path.GetFullPath(name) : null;
        }

        return Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(IsExecutable);
    }

    /// <summary>The program's absolute path.</summary>
    /// <exception cref="MissingProgramException">It is not there.</exception>
    public static string Require(string name, string installCommand) =>
        Find(name) ?? throw new MissingProgramException(name, installCommand);

    private static IEnumerable<string> Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemFolders)
            .Distinct(StringComparer.Ordinal);

    private static bool IsExecutable(string path)
    {
        const UnixFileMode Any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (File.GetUnixFileMode(path) & Any) != UnixFileMode.None;
    }
}
