using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>The bytes of a dataset, decompressed, with those put back first; knows how far it is and refuses what is too long.</summary>
internal sealed class ByteSource : IAsyncDisposable
{
    private readonly DatasetReadOptions _options;
    private readonly IAsyncDisposable _owner;
    private readonly Func<double> _progress;
    private Func<Memory<byte>, CancellationToken, ValueTask<int>> _read;
    private Stream? _stream;
    private byte[] _back = [];
    private int _backAt;

    private ByteSource(ObjectContent content, DatasetReadOptions options)
    {
        var raw = new CountingStream(content.Stream);
        (_owner, _options, _stream, _read) = (content, options, raw, raw.ReadAsync);
        _progress = () => content.Length == 0 ? 1 : Math.Min(1, raw.Count / (double)content.Length);
    }

    private ByteSource(ByteSource json, IReadOnlyList<string> columns, DatasetReadOptions options)
    {
        (_owner, _options, _read) = (json, options, new JsonRows(json, columns, options).ReadAsync);
        (_progress, Gzip) = (() => json.Progress, json.Gzip);
    }

    public bool Gzip { get; private set; }

    /// <summary>Bytes given out for the first time.</summary>
    public long Bytes { get; private set; }

    /// <summary>How much of the stored file is read, 0 to 1.</summary>
    public double Progress => _progress();

    public static async Task<ByteSource> OpenAsync(DatasetSource source, DatasetReadOptions options, CancellationToken cancellationToken)
    {
        var byteSource = new ByteSource(await source.Storage.OpenAsync(source.Uri, range: null, cancellationToken), options);
        try
        {
            await byteSource.DetectGzipAsync(cancellationToken);
            return byteSource;
        }
        catch
        {
            await byteSource.DisposeAsync();
            throw;
        }
    }

    /// <summary>The rows of JSON as CSV; owns the source of the JSON.</summary>
    public static ByteSource OfJson(ByteSource json, IReadOnlyList<string> columns, DatasetReadOptions options) => new(json, columns, options);

    public void PutBack(ReadOnlySpan<byte> bytes)
    {
        _back = [.. bytes, .. _back.AsSpan(_backAt)];
        _backAt = 0;
    }

    /// <summary>Fills the buffer as far as the file goes.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var filled = Math.Min(buffer.Length, _back.Length - _backAt);
        _back.AsSpan(_backAt, filled).CopyTo(buffer.Span);
        _backAt += filled;
        while (filled < buffer.Length)
        {
            var read = await ReadSomeAsync(buffer[filled..], cancellationToken);
            if (read == 0)
                break;
            filled += read;
            Bytes += read;
            if (Bytes > _options.MaxFileBytes)
                throw new DatasetFormatException($"The file has more than {_options.MaxFileBytes} bytes{(Gzip ? " when decompressed" : "")}, which is the limit (Datasets:{nameof(_options.MaxFileBytes)}).");
        }

        return filled;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        await _owner.DisposeAsync();
    }

    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _read(buffer, cancellationToken);
        }
        catch (InvalidDataException) when (Gzip)
        {
            throw new DatasetFormatException("The gzip file is damaged.");
        }
    }

    private async Task DetectGzipAsync(CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        var length = await _stream!.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        if (length == 2 && magic is [0x1F, 0x8B])
        {
            Gzip = true;
            _stream = new GunzipStream(_stream, magic);
            _read = _stream.ReadAsync;
            return;
        }

        Bytes = length;
        PutBack(magic.AsSpan(0, length));
    }

    private sealed class CountingStream(Stream inner) : ForwardStream
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }
    }
}

/// <summary>A stream that is read forward, asynchronously.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
