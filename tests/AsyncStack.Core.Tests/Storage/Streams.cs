using System.Security.Cryptography;

namespace AsyncStack.Core.Tests.Storage;

internal static class Streams
{
    public static byte[] RandomBytes(int length) => RandomNumberGenerator.GetBytes(length);

    /// <summary>A stream that can only be read forward, in small bites, as a request body is.</summary>
    public static Stream Forward(byte[] content) => new GeneratedStream(content.Length, (buffer, position) => content.AsSpan((int)position, buffer.Length).CopyTo(buffer.Span));

    /// <summary>A long stream made on the way.</summary>
    public static Stream Filled(long length, byte value) => new GeneratedStream(length, (buffer, _) => buffer.Span.Fill(value));

    /// <summary>Yields <paramref name="length"/> bytes and then does what <paramref name="atEnd"/> says.</summary>
    public static Stream Interrupted(long length, Func<CancellationToken, Task> atEnd) =>
        new GeneratedStream(length, (buffer, _) => buffer.Span.Fill(1), atEnd);

    public static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, TestContext.Current.CancellationToken);
        return all.ToArray();
    }

    private sealed class GeneratedStream(long length, Action<Memory<byte>, long> fill, Func<CancellationToken, Task>? atEnd = null) : Stream
    {
        private const int Bite = 50_000;
        private long _position;

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
            var count = (int)Math.Min(Math.Min(buffer.Length, Bite), length - _position);
            if (count == 0 && atEnd is not null)
                await atEnd(cancellationToken);
            fill(buffer[..count], _position);
            _position += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Content is read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
