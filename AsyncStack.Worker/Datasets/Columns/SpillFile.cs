using Microsoft.Win32.SafeHandles;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>
/// A temporary file without a name: it is unlinked as soon as it is open, so that the system frees it when the process ends,
/// however it ends. Where open files cannot be unlinked it is removed when it is closed. Appending is for one thread at a
/// time; reading is for any.
/// </summary>
internal sealed class SpillFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly string _folder;

    /// <param name="folder">Where it lies; null for the system's folder for temporary files.</param>
    public SpillFile(string? folder)
    {
        _folder = folder ?? Path.GetTempPath();
        var path = Path.Combine(_folder, $"asyncstack-{Guid.NewGuid():N}.spill");
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete,
            OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }
    }

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Writes at the end; returns where.</summary>
    /// <exception cref="IOException">The disk is full or fails; the message names the folder and the setting.</exception>
    public long Append(ReadOnlySpan<byte> content)
    {
        var offset = Length;
        try
        {
            RandomAccess.Write(_file, content, offset);
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"Cannot write temporary data to '{_folder}' (Datasets:TempPath) after {offset} bytes: {exception.Message}", exception);
        }

        Length = offset + content.Length;
        return offset;
    }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/>.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(_file, buffer, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"Temporary data in '{_folder}' ends before byte {offset}.");
            }

            offset += read;
            buffer = buffer[read..];
        }
    }

    public void Dispose() => _file.Dispose();
}
