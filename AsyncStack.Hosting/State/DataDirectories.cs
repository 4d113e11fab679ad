using System.Security.Cryptography;

namespace AsyncStack.Hosting.State;

/// <summary>
/// Where the servers' data lies. As root, native servers run as an unprivileged user, who must be able to reach the folder:
/// a checkout under a private home is of no use to him, so the data moves to <c>/var/tmp</c>.
/// </summary>
internal sealed class DataDirectories
{
    private const string Prefix = "asyncstack-";
    private const string LockSuffix = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Reachable = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly FileStream? _inUse;

    private DataDirectories(string root, FileStream? inUse = null)
    {
        Root = root;
        _inUse = inUse;
    }

    public string Root { get; }

    /// <summary>Folder of one resource; made by whoever fills it, with the owner it needs.</summary>
    public string For(string resource) => Path.Combine(Root, resource);

    public static DataDirectories ForCheckout(string home, string? remembered)
    {
        if (remembered is not null && Directory.Exists(remembered))
            return new DataDirectories(remembered);
        var inside = Path.Combine(home, "data");
        return Create(IsReachable(home) ? inside : UnguessableUnder("/var/tmp"));
    }

    public static DataDirectories CreateTemporary()
    {
        var temporary = Path.GetTempPath();
        var parent = IsReachable(temporary) ? temporary : "/tmp";
        DeleteLeftBehind(parent);
        var root = UnguessableUnder(parent);
        return Create(root, new FileStream(root + LockSuffix, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    public void Delete()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
        if (_inUse is null)
            return;
        File.Delete(_inUse.Name);
        _inUse.Dispose();
    }

    // A graph that was killed could not remove its folder. Its lock went with it, so the next one can tell and does it.
    private static void DeleteLeftBehind(string parent)
    {
        foreach (var path in Directory.EnumerateFiles(parent, $"{Prefix}*{LockSuffix}"))
        {
            try
            {
                using var free = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                new DataDirectories(path[..^LockSuffix.Length]).Delete();
                File.Delete(path);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // In use, another user's, or being removed by another graph at this moment.
            }
        }
    }

    // Nobody else can have made the folder before us: its name is random.
    private static string UnguessableUnder(string parent)
        => Path.Combine(parent, $"{Prefix}{RandomNumberGenerator.GetHexString(12, lowercase: true)}");

    private static DataDirectories Create(string root, FileStream? inUse = null)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(root);
        else
            Directory.CreateDirectory(root, Environment.IsPrivilegedProcess ? Reachable : OwnerOnly);
        return new DataDirectories(root, inUse);
    }

    private static bool IsReachable(string path)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return true;
        for (var folder = new DirectoryInfo(path); folder is not null; folder = folder.Parent)
            if (folder.Exists && !folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }
}
