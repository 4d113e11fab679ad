using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>The folder driver, with the Api's file endpoints serving its signed URLs.</summary>
public sealed class FileConformanceTests(FileServer server) : StrictObjectStorageConformance, IClassFixture<FileServer>
{
    protected override IObjectStorage Storage => server.Storage;

    protected override Uri PublicAddress => server.Address;

    public override async ValueTask DisposeAsync()
    {
        Assert.Empty(Directory.GetFiles(Path.Combine(server.Folder, ".incoming")));
        await base.DisposeAsync();
    }
}
