using System.Text.Json;

namespace AsyncStack.Hosting.State;

/// <summary>Files that only their owner may read, replaced as a whole.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(temporary, options))
            stream.Write(content);
        File.Move(temporary, path, overwrite: true);
    }

    public static void Replace<T>(string path, T content, JsonSerializerOptions options)
        => Replace(path, JsonSerializer.SerializeToUtf8Bytes(content, options));
}
