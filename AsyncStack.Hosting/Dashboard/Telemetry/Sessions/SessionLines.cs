using System.Runtime.CompilerServices;

namespace AsyncStack.Hosting.Dashboard.Telemetry.Sessions;

/// <summary>What is wrong with a file and in which line.</summary>
internal sealed class SessionFileException(int line, string reason) : Exception($"Line {line}: {reason}")
{
    public int Line => line;
}

/// <summary>Reads lines without trusting their length or number.</summary>
internal static class SessionLines
{
    /// <summary>Lines that are written have a twentieth of that, but for single items that have more.</summary>
    private const int MaxLine = 64 << 20;

    public static async IAsyncEnumerable<(int Number, ReadOnlyMemory<byte> Text)> ReadAsync(
        Stream file, long most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (buffer, start, end, number, total) = (new byte[64 * 1024], 0, 0, 1, 0L);
        while (true)
        {
            for (int length; (length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
                yield return (number++, buffer.AsMemory(start, length));

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
                Array.Resize(ref buffer, end < MaxLine ? end * 2 : throw new SessionFileException(number, $"it has more than {MaxLine} bytes; that is no line of a session."));
            var count = await ReadAsync(file, buffer.AsMemory(end), number, cancellationToken);
            if (count == 0)
                break;
            (end, total) = (end + count, total + count);
            if (total > most)
                throw new SessionFileException(number, $"the file has more than {most} bytes after decompression, the most it may have.");
        }

        if (end > 0)
            yield return (number, buffer.AsMemory(0, end));
    }

    private static async Task<int> ReadAsync(Stream file, Memory<byte> buffer, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await file.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException)
        {
            throw new SessionFileException(number, "the file is not whole gzip from here on.");
        }
    }
}
