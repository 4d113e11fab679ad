using Microsoft.Win32.SafeHandles;

namespace AsyncStack.Bench.Datasets.Generating;

/// <summary>Writes the table until the file has its size; the same bytes on every machine.</summary>
internal static class HousingFile
{
    private const int RowsAtOnce = 65_536;

    /// <summary>Makes the file unless it is there; a file that is there is whole, as it gets its name last.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="bytes">Ends with the first row that reaches this size.</param>
    /// <param name="cancellationToken">Leaves only the unfinished file behind.</param>
    public static async Task MakeAsync(string path, long bytes, CancellationToken cancellationToken)
    {
        if (File.Exists(path))
            return;
        var unfinished = path + ".unfinished";
        using (var file = File.OpenHandle(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            await WriteAsync(file, bytes, cancellationToken);
        File.Move(unfinished, path, overwrite: true);
    }

    private static async Task WriteAsync(SafeFileHandle file, long bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(file, HousingRow.Header.ToArray(), 0, cancellationToken);
        long length = HousingRow.Header.Length;
        var chunks = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new byte[RowsAtOnce * HousingRow.MaxBytes]).ToArray();
        for (var first = 0L; length < bytes; first += (long)RowsAtOnce * chunks.Length)
        {
            var start = first;
            var lengths = await Task.WhenAll(chunks.Select((chunk, index) =>
                Task.Run(() => Fill(chunk, start + ((long)index * RowsAtOnce)), cancellationToken)));
            foreach (var (chunk, filled) in chunks.Zip(lengths))
            {
                var fitting = UpTo(chunk.AsSpan(0, filled), bytes - length);
                await RandomAccess.WriteAsync(file, chunk.AsMemory(0, fitting), length, cancellationToken);
                length += fitting;
            }
        }
    }

    private static int Fill(byte[] chunk, long firstRow)
    {
        var length = 0;
        for (var row = 0; row < RowsAtOnce; row++)
            length += HousingRow.Write(firstRow + row, chunk.AsSpan(length));
        return length;
    }

    /// <summary>How much of the chunk to take: all, or as far as the row that reaches the size.</summary>
    private static int UpTo(ReadOnlySpan<byte> chunk, long room)
    {
        if (room <= 0)
            return 0;
        return chunk.Length <= room ? chunk.Length : (int)room + chunk[(int)room..].IndexOf((byte)'\n') + 1;
    }
}
