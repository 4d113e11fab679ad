using AsyncStack.Core.Storage;
using AsyncStack.Core.Storage.S3;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncStack.Core.Tests.Storage;

/// <summary>All classes that need only one share a server.</summary>
[CollectionDefinition(Name)]
public sealed class S3Tests : ICollectionFixture<S3Server>
{
    public const string Name = "s3";
}

/// <summary>The S3 driver against a real server.</summary>
[Collection(S3Tests.Name)]
public sealed class S3ConformanceTests : ObjectStorageConformance
{
    private readonly S3Connection _connection;
    private readonly S3ObjectStorage _storage;

    public S3ConformanceTests(S3Server server)
    {
        _connection = (S3Connection)StorageConnection.Parse("storage", server.ConnectionString);
        _storage = new S3ObjectStorage(_connection, TimeProvider.System, NullLogger.Instance) { ListPageSize = 7 };
    }

    protected override IObjectStorage Storage => _storage;

    protected override Uri PublicAddress => _connection.PublicEndpoint;

    public override async ValueTask DisposeAsync()
    {
        _storage.Dispose();
        await base.DisposeAsync();
    }
}
