namespace AsyncStack.Hosting.Tests.Native;

/// <summary>A throw-away folder that servers of other accounts can reach.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("asyncstack-test-").FullName;

    public TemporaryFolder()
    {
        File.SetUnixFileMode(_root, File.GetUnixFileMode(_root) | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Path);
    }

    public string Path => System.IO.Path.Combine(_root, "data");

    public string Write(string name, string content)
    {
        var file = System.IO.Path.Combine(_root, name);
        File.WriteAllText(file, content);
        return file;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
