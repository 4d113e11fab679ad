using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>Where Postgres's programs are: on the PATH, or in Debian's versioned folders, newest first.</summary>
internal static class PostgresPrograms
{
    private const string DebianFolder = "/usr/lib/postgresql";
    private const string InstallCommand = "apt-get install -y postgresql";

    /// <summary>The folder that holds both <c>initdb</c> and <c>postgres</c>.</summary>
    /// <param name="major">Take this major version, that of an existing data folder; null takes the newest.</param>
    /// <exception cref="MissingProgramException">None is installed.</exception>
    public static string Folder(string? major)
    {
        var folders = Candidates().Where(HasBoth);
        var found = major is null
            ? folders.FirstOrDefault()
            : folders.FirstOrDefault(folder => folder.Contains($"/{major}/", StringComparison.Ordinal)) ?? folders.FirstOrDefault();
        return found ?? throw new MissingProgramException("postgres", InstallCommand);
    }

    private static IEnumerable<string> Candidates()
    {
        if (Directory.Exists(DebianFolder))
        {
            var versions = Directory.GetDirectories(DebianFolder)
                .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
                .OrderByDescending(folder => int.Parse(Path.GetFileName(folder)));
            foreach (var version in versions)
            {
                yield return Path.Combine(version, "bin");
            }
        }

        if (Programs.Find("initdb") is { } initdb)
        {
            yield return Path.GetDirectoryName(initdb)!;
        }
    }

    private static bool HasBoth(string folder) =>
        File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"));
}
