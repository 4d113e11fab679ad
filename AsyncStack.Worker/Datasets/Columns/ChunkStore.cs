using System.Runtime.InteropServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// Pieces of bytes, numbered in the order in which they came: in native memory as long as the budget lasts, then in a spill
/// file. Native, so that memory goes back when the job ends and not when a collection happens to come by.
/// </summary>
internal sealed unsafe class ChunkStore(MemoryBudget budget) : IDisposable
{
    private readonly List<Chunk> _chunks = [];
    private SpillFile? _file;
    private bool _disposed;

    private readonly record struct Chunk(nint Memory, long Offset, int Length);

    public int Count => _chunks.Count;

    /// <summary>Whether something had to be written to a file.</summary>
    public bool Spilled => _file is not null;

    public int LengthOf(int chunk) => _chunks[chunk].Length;

    /// <summary>Copies the bytes; returns their number.</summary>
    public int Append(ReadOnlySpan<byte> content)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (budget.TryTake(content.Length))
        {
            var memory = NativeMemory.Alloc((nuint)content.Length);
            content.CopyTo(new Span<byte>(memory, content.Length));
            _chunks.Add(new Chunk((nint)memory, -1, content.Length));
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
        foreach (var chunk in _chunks.Where(c => c.Memory != 0))
        {
            NativeMemory.Free((void*)chunk.Memory);
            budget.Return(chunk.Length);
        }

        _file?.Dispose();
    }
}
