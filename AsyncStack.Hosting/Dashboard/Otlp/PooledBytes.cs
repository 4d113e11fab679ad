using System.Buffers;
using System.IO.Compression;

namespace AsyncStack.Hosting.Dashboard.Otlp;

/// <summary>Bytes of a request in a buffer that is used again.</summary>
internal sealed class PooledBytes(int capacity) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(256, capacity));

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    public MemoryStream AsStream() => new(_buffer, 0, Length, writable: false);

    /// <summary>Reads a stream to its end.</summary>
    /// <exception cref="OtlpRefusal">It is longer than allowed.</exception>
    public async Task ReadAsync(Stream source, int most, CancellationToken cancellationToken)
    {
        while (await source.ReadAsync(Room(), cancellationToken) is > 0 and var count)
            Take(count, most);
    }

    /// <summary>Decompresses into a buffer of its own.</summary>
    /// <exception cref="OtlpRefusal">It is no gzip, or what comes out is longer than allowed.</exception>
    public static PooledBytes Decompress(Stream compressed, int most)
    {
        var result = new PooledBytes(64 * 1024);
        try
        {
            using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
            while (gzip.Read(result.Room().Span) is > 0 and var count)
                result.Take(count, most);
            return result;
        }
        catch (InvalidDataException)
        {
            result.Dispose();
            throw OtlpRefusal.Malformed("The request says that it is gzip and is not.");
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private Memory<byte> Room()
    {
        if (Length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Length * 2);
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }

    private void Take(int count, int most)
    {
        Length += count;
        if (Length > most)
            throw OtlpRefusal.TooLong(most);
    }
}
