using System.Text;
using AsyncStack.Core.Datasets;
using AsyncStack.Core.Storage;
using AsyncStack.Worker.Datasets.Reading;

namespace AsyncStack.Worker.Tests.Datasets.Reading;

/// <summary>A dataset in memory, whose stream gives at most so many bytes at a time, and no read goes beyond the first so many.</summary>
internal sealed class MemoryDataset(byte[] bytes, int atMost = int.MaxValue, DatasetFormat format = DatasetFormat.Csv, int first = int.MaxValue) : IObjectStorage
{
    public static readonly ObjectUri Uri = new("datasets", "file.csv");

    public DatasetSource Source => new(this, Uri, format);

    public static async Task<List<string[]>> ReadAsync(
        byte[] bytes,
        DatasetReadOptions? options = null,
        int atMost = int.MaxValue,
        ReadRequest? request = null,
        DatasetFormat format = DatasetFormat.Csv,
        int first = int.MaxValue)
    {
        var rows = new Rows();
        await DatasetReader.ReadAsync(
            new MemoryDataset(bytes, atMost, format, first).Source, options ?? new DatasetReadOptions(), rows, request ?? ReadRequest.All, TestContext.Current.CancellationToken);
        return rows.All;
    }

    public Task<ObjectContent> OpenAsync(ObjectUri uri, ByteRange? range = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ObjectContent(new ObjectInfo(uri, bytes.Length, "e", DateTimeOffset.UnixEpoch), new SlowStream(bytes, atMost, first), bytes.Length));

    public Task<StoredObject> PutAsync(ObjectUri uri, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IStagedObject> StageAsync(string bucket, Stream content, PutOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<ObjectInfo?> HeadAsync(ObjectUri uri, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DeleteAsync(ObjectUri uri, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<ObjectInfo> ListAsync(string bucket, string prefix = "", CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task EnsureBucketAsync(string bucket, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Uri CreateUploadUrl(ObjectUri uri, TimeSpan expiresIn) => throw new NotSupportedException();

    public Uri CreateDownloadUrl(ObjectUri uri, TimeSpan expiresIn, string? fileName = null) => throw new NotSupportedException();

    private sealed class SlowStream(byte[] bytes, int atMost, int first) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var most = Position < first ? Math.Min(atMost, first - (int)Position) : atMost;
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
        }
    }

    private sealed class Rows : BlockPass<List<string[]>>
    {
        public List<string[]> All { get; } = [];

        public override List<string[]> Process(RowBlock block) =>
            [.. Enumerable.Range(0, block.RowCount).Select(r => Enumerable.Range(0, block.ColumnCount).Select(c => Encoding.UTF8.GetString(block.Cell(r, c))).ToArray())];

        public override void Merge(List<string[]> part, RowBlock block, long firstRow)
        {
            Assert.Equal(All.Count, firstRow);
            All.AddRange(part);
        }
    }
}
