namespace AsyncStack.Publishing.Tests.Support;

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("asyncstack-publish-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
