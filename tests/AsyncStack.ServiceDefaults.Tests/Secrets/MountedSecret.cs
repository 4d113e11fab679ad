using System.Diagnostics;

namespace AsyncStack.ServiceDefaults.Tests.Secrets;

/// <summary>A folder as the kubelet mounts a Secret: files are links into a folder that a link named ..data points to, and that link alone changes.</summary>
internal sealed class MountedSecret : IDisposable
{
    private int _version;

    public MountedSecret(params (string Name, string Value)[] files)
    {
        Write(files);
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "..data"), $"..{_version}");
        foreach (var (name, _) in files)
            File.CreateSymbolicLink(System.IO.Path.Combine(Path, name), System.IO.Path.Combine("..data", name));
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("asyncstack-secret-").FullName;

    /// <summary>All files at once get other content.</summary>
    public void Replace(params (string Name, string Value)[] files)
    {
        Write(files);
        var aside = System.IO.Path.Combine(Path, "..data_tmp");
        Directory.CreateSymbolicLink(aside, $"..{_version}");
        using var rename = Process.Start("mv", ["--no-target-directory", aside, System.IO.Path.Combine(Path, "..data")]);
        rename.WaitForExit();
        Assert.Equal(0, rename.ExitCode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Write((string Name, string Value)[] files)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, $"..{++_version}")).FullName;
        foreach (var (name, value) in files)
            File.WriteAllText(System.IO.Path.Combine(folder, name), value);
    }
}
