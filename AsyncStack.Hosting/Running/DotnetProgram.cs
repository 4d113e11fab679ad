namespace AsyncStack.Hosting.Running;

/// <summary>The .NET that runs this process, and which build of the projects belongs to it.</summary>
internal static class DotnetProgram
{
    // bin/<Configuration>/<framework>/ of the AppHost tells which build of a project belongs to it.
    private static readonly DirectoryInfo OwnOutput = new(AppContext.BaseDirectory);

    /// <summary>Path of the dotnet command.</summary>
    public static string FileName { get; } = Find();

    /// <summary>For example <c>Release</c>.</summary>
    public static string Configuration => OwnOutput.Parent?.Name ?? "Debug";

    /// <summary>The project's built assembly.</summary>
    public static string AssemblyOf(IProjectMetadata project) => project.TargetPath ?? Path.Combine(
        Path.GetDirectoryName(project.ProjectPath)!, "bin", Configuration, OwnOutput.Name, $"{Path.GetFileNameWithoutExtension(project.ProjectPath)}.dll");

    // The runtime that runs us lies in <dotnet>/shared/Microsoft.NETCore.App/<version>.
    private static string Find()
    {
        var shared = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var program = shared is null
            ? null
            : Path.GetFullPath(Path.Combine(shared, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(program) ? program : "dotnet";
    }
}
