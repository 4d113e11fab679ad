using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>The folder a native server keeps its data in, owned by the account it runs as.</summary>
internal static class ServerFolder
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Searchable = UnixFileMode.OtherExecute;

    /// <summary>Creates the folder for the account.</summary>
    /// <returns>The folder that the server is to use.</returns>
    /// <exception cref="InvalidOperationException">The account cannot enter a folder above it.</exception>
    public static async Task<string> PrepareAsync(ResourceStart start, Account? account, CancellationToken cancellationToken)
    {
        var folder = start.DataDirectory;
        Directory.CreateDirectory(folder);
        if (account is null)
        {
            return folder;
        }

        if (ClosedParent(folder) is { } closed)
        {
            throw new InvalidOperationException(
                $"'{start.Name}' runs as '{account.Name}', which cannot enter {closed}. Open it with 'chmod o+x {closed}', or run the graph as an ordinary user.");
        }

        File.SetUnixFileMode(folder, Private);
        await GiveAsync(account, cancellationToken, folder);
        return folder;
    }

    /// <summary>Gives files or folders, with all they contain, to the account; nothing happens without one.</summary>
    public static async Task GiveAsync(Account? account, CancellationToken cancellationToken, params IEnumerable<string> paths)
    {
        if (account is null)
        {
            return;
        }

        string[] arguments = ["-R", $"{account.UserId}:{account.GroupId}", .. paths];
        var result = await HostCommand.RunAsync(null, "/bin/chown", arguments, cancellationToken: cancellationToken);
        result.EnsureSuccess($"Giving {string.Join(", ", paths)} to '{account.Name}'");
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public static async Task WritePrivateAsync(string path, string content, Account? account, CancellationToken cancellationToken)
    {
        File.Delete(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var writer = new StreamWriter(path, options))
        {
            await writer.WriteAsync(content.AsMemory(), cancellationToken);
        }

        await GiveAsync(account, cancellationToken, path);
    }

    private static string? ClosedParent(string folder)
    {
        for (var parent = Directory.GetParent(folder); parent is not null; parent = parent.Parent)
        {
            if ((parent.UnixFileMode & Searchable) == UnixFileMode.None)
            {
                return parent.FullName;
            }
        }

        return null;
    }
}
