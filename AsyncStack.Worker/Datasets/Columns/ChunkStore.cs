using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// Pieces of bytes, numbered in the order in which they came: in native memory as long as the budget lasts, then in a spill
/// file. Native, so that memory goes back when the job ends and not when a collection happens to come by; in pages of one size,
/// so that what one store frees fits the next.
/// </summary>
internal sealed unsafe class ChunkStore(MemoryBudget budget) : IDisposable
{
    /// <summary>A page, and the longest piece, in bytes.</summary>
    public const int PageBytes = 256 * 1024;

    private readonly List<Chunk> _chunks = [];
    private readonly List<nint> _pages = [];
    private int _free;
    private SpillFile? _file;
    private bool _disposed;

    private readonly record struct Chunk(nint Memory, long Offset, int Length);

    public int Count => _chunks.Count;

    public int LengthOf(int chunk) => _chunks[chunk].Length;

    /// <summary>Copies the bytes; returns their number.</summary>
    public int Append(ReadOnlySpan<byte> content)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (content.Length > PageBytes)
            throw new ArgumentException($"A chunk has {content.Length} bytes; a page holds {PageBytes}: append it in pieces.", nameof(content));
        if (Room(content.Length) is var memory && memory != 0)
        {
            content.CopyTo(new Span<byte>((void*)memory, content.Length));
            _chunks.Add(new Chunk(memory, -1, content.Length));
        }
        else
        {
            _file ??= budget.OpenSpillFile();
            _chunks.Add(new Chunk(0, _file.Append(content), content.Length));
        }

        return _chunks.Count - 1;
    }

    /// <summary>The bytes of a chunk: where they are, or read into <paramref name="buffer"/>, which must be large enough.</summary>
    public ReadOnlySpan<byte> Read(int chunk, Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var (memory, offset, length) = _chunks[chunk];
        if (memory != 0)
        {
            return new ReadOnlySpan<byte>((void*)memory, length);
        }

        _file!.Read(offset, buffer[..length]);
        return buffer[..length];
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var page in _pages)
        {
            NativeMemory.Free((void*)page);
            budget.Return(PageBytes);
        }

        _file?.Dispose();
    }

    // In the last page, or at the start of a new one; 0 when the budget is used up.
    private nint Room(int length)
    {
        if (length > _free)
        {
            if (!budget.TryTake(PageBytes))
            {
                return 0;
            }

            _pages.Add((nint)NativeMemory.Alloc(PageBytes));
            _free = PageBytes;
        }

        var memory = _pages[^1] + PageBytes - _free;
        _free -= length;
        return memory;
    }
}
