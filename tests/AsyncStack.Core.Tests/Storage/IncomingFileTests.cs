using System.Security.Cryptography;
using AsyncStack.Core.Storage.Files;

namespace AsyncStack.Core.Tests.Storage;

public sealed class IncomingFileTests : IDisposable
{
    private const int Block = IncomingFile.BlockSize;
    private readonly string _folder = Directory.CreateTempSubdirectory("asyncstack-incoming-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Path => System.IO.Path.Combine(_folder, "file");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<int> Sizes => [.. from blocks in Enumerable.Range(0, 5) from over in new[] { -1, 0, 1 } where blocks + over >= 0 select (blocks * Block) + over];

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Size_bytes_and_hash_are_right_around_every_border_of_blocks(int length)
    {
        var bytes = Streams.RandomBytes(length);
        await using var file = new IncomingFile(Path);

        var (size, sha256) = await file.WriteAsync(Streams.Forward(bytes), computeSha256: true, Cancellation);

        Assert.Equal((length, Convert.ToHexStringLower(SHA256.HashData(bytes))), (size, sha256));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path, Cancellation));
    }

    [Fact]
    public async Task What_is_flushed_while_more_is_written_is_whole()
    {
        const long length = (3L * IncomingFile.FlushEvery) + 12_345;
        await using var file = new IncomingFile(Path);

        var (size, sha256) = await file.WriteAsync(Streams.Filled(length, 7), computeSha256: true, Cancellation);

        Assert.Equal(length, size);
        await using var written = File.OpenRead(Path);
        Assert.Equal(Convert.ToHexStringLower(await SHA256.HashDataAsync(written, Cancellation)), sha256);
        Assert.Equal(Convert.ToHexStringLower(await SHA256.HashDataAsync(Streams.Filled(length, 7), Cancellation)), sha256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((3 * Block) + 1)]
    [InlineData(IncomingFile.FlushEvery + 1)]
    public async Task Content_that_breaks_off_leaves_nothing(int length)
    {
        await using (var file = new IncomingFile(Path))
        {
            var content = Streams.Interrupted(length, _ => throw new InvalidDataException("the source broke"));

            await Assert.ThrowsAsync<InvalidDataException>(() => file.WriteAsync(content, computeSha256: true, Cancellation));
        }

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task A_write_that_fails_ends_the_reading_within_a_block_and_leaves_nothing()
    {
        await using var file = new IncomingFile(Path);
        // The handle is gone when the next block is to be written.
        var content = new EndlessStream(closeAfter: 3 * Block, () => file.DisposeAsync().AsTask());

        await Assert.ThrowsAsync<ObjectDisposedException>(() => file.WriteAsync(content, computeSha256: true, Cancellation));

        Assert.InRange(content.Given, 3 * Block, 5 * Block);
        Assert.False(File.Exists(Path));
    }

    private sealed class EndlessStream(long closeAfter, Func<Task> close) : Stream
    {
        private bool _closed;

        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Given >= closeAfter && !_closed)
            {
                _closed = true;
                await close();
            }

            Given += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
