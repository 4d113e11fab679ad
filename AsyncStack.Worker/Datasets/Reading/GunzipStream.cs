using System.Buffers.Binary;
using System.IO.Compression;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>
/// Decompresses gzip of one member or several. Unlike <see cref="GZipStream"/>, which takes a truncated file as whole and leaves
/// what follows its end unread, it refuses both. <see cref="DeflateStream"/> does not tell where in its input it ended: the
/// member's trailer, checksum and length of what was read, is looked for in the last bytes that it took.
/// </summary>
internal sealed class GunzipStream(Stream source, byte[] magic) : ForwardStream
{
    private const int TrailerLength = 8;
    private readonly MemberInput _input = new(source, magic);
    private DeflateStream? _member;
    private uint _crc;
    private uint _size;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            _member ??= await BeginMemberAsync(cancellationToken);
            var read = await _member.ReadAsync(buffer, cancellationToken);
            if (read > 0)
            {
                _crc = Crc32.Append(_crc, buffer.Span[..read]);
                _size += (uint)read;
                return read;
            }

            await EndMemberAsync(cancellationToken);
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _member?.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private static DatasetFormatException Truncated() => new("The gzip file is truncated or damaged: it ends before its data and their checksum do.");

    private async Task<DeflateStream> BeginMemberAsync(CancellationToken cancellationToken)
    {
        var header = await ExactlyAsync(10, cancellationToken);
        if (header[2] != 8)
            throw new DatasetFormatException("The gzip file is damaged: its compression is not deflate.");
        var flags = header[3];
        if ((flags & 4) != 0)
            await ExactlyAsync(BinaryPrimitives.ReadUInt16LittleEndian(await ExactlyAsync(2, cancellationToken)), cancellationToken);
        for (var texts = ((flags & 8) != 0 ? 1 : 0) + ((flags & 16) != 0 ? 1 : 0); texts > 0;)
            texts -= (await ExactlyAsync(1, cancellationToken))[0] == 0 ? 1 : 0;
        if ((flags & 2) != 0)
            await ExactlyAsync(2, cancellationToken);
        (_crc, _size) = (0, 0);
        return new DeflateStream(_input, CompressionMode.Decompress, leaveOpen: true);
    }

    private async Task<byte[]> ExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        return await _input.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken) == count ? bytes : throw Truncated();
    }

    private async Task EndMemberAsync(CancellationToken cancellationToken)
    {
        await _member!.DisposeAsync();
        _member = null;
        var trailer = new byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(4), _size);
        var rest = await _input.TakeBackAsync(TrailerLength, cancellationToken);
        var at = rest.AsSpan().IndexOf(trailer);
        if (at < 0)
            throw _input.Ended ? Truncated() : new DatasetFormatException("The gzip file is damaged: its checksum does not fit its data.");
        _input.PutBack(rest[(at + TrailerLength)..]);
        var next = new byte[2];
        var length = await _input.ReadAtLeastAsync(next, 2, throwOnEndOfStream: false, cancellationToken);
        _ended = length == 0;
        if (!_ended && next is not [0x1F, 0x8B])
            throw new DatasetFormatException("The gzip file goes on after the end of its data; remove what follows it.");
        _input.PutBack(next[..length]);
    }

    /// <summary>The compressed bytes, with the last pieces given out kept.</summary>
    private sealed class MemberInput(Stream source, byte[] first) : ForwardStream
    {
        private byte[] _back = first;
        private byte[] _last = [];
        private byte[] _lastButOne = [];

        public bool Ended { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Math.Min(buffer.Length, _back.Length);
            if (read > 0)
            {
                _back.AsSpan(0, read).CopyTo(buffer.Span);
                _back = _back[read..];
            }
            else
            {
                read = await source.ReadAsync(buffer, cancellationToken);
                Ended = read == 0;
            }

            if (read > 0)
                (_lastButOne, _last) = (_last, buffer[..read].ToArray());
            return read;
        }

        public void PutBack(byte[] bytes) => _back = [.. bytes, .. _back];

        /// <summary>The last two pieces given out and at most so many bytes after it, where there are some.</summary>
        public async Task<byte[]> TakeBackAsync(int more, CancellationToken cancellationToken)
        {
            var (lastButOne, last, next) = (_lastButOne, _last, new byte[more]);
            var length = await this.ReadAtLeastAsync(next, more, throwOnEndOfStream: false, cancellationToken);
            return [.. lastButOne, .. last, .. next.AsSpan(0, length)];
        }
    }
}

/// <summary>The checksum of gzip, eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = CreateTable();

    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = Table[0x700 + (low & 0xFF)] ^ Table[0x600 + ((low >> 8) & 0xFF)] ^ Table[0x500 + ((low >> 16) & 0xFF)] ^ Table[0x400 + (low >> 24)]
                ^ Table[0x300 + (high & 0xFF)] ^ Table[0x200 + ((high >> 8) & 0xFF)] ^ Table[0x100 + ((high >> 16) & 0xFF)] ^ Table[high >> 24];
        }

        foreach (var value in bytes)
            crc = Table[(crc ^ value) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] CreateTable()
    {
        var table = new uint[0x800];
        for (uint i = 0; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            table[i] = crc;
        }

        for (var i = 256; i < table.Length; i++)
            table[i] = (table[i - 256] >> 8) ^ table[table[i - 256] & 0xFF];
        return table;
    }
}
