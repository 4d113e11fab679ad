using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Hosting.State;

/// <summary>
/// What one graph remembers: ports, generated passwords, data. A checkout's first graph uses <c>.asyncstack</c>; one that
/// starts while that is in use takes <c>.asyncstack/2</c> and so on, so that graphs never share a port or a data folder.
/// </summary>
internal sealed class GraphState : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Lock _gate = new();
    private readonly FileStream? _slotLock;
    private readonly Content _content;
    private DataDirectories? _data;

    private GraphState(string id, string? home, FileStream? slotLock, Content content)
    {
        Id = id;
        Home = home;
        _slotLock = slotLock;
        _content = content;
    }

    /// <summary>Names this graph among all of the machine; part of container and volume names.</summary>
    public string Id { get; }

    /// <summary>Folder of <c>state.json</c> and <c>run.json</c>; null when nothing is kept.</summary>
    public string? Home { get; }

    [MemberNotNullWhen(false, nameof(Home))]
    public bool IsThrowAway => Home is null;

    public DataDirectories Data
    {
        get
        {
            lock (_gate)
                return _data ??= OpenData();
        }
    }

    public static GraphState ThrowAway() => new($"asyncstack-{RandomText()}", home: null, slotLock: null, new Content());

    public static GraphState Open(string appHostDirectory, string? configuredHome)
    {
        var root = string.IsNullOrEmpty(configuredHome) ? Path.Combine(CheckoutOf(appHostDirectory), ".asyncstack") : Path.GetFullPath(configuredHome);
        for (var slot = 1; ; slot++)
        {
            var home = slot == 1 ? root : Path.Combine(root, slot.ToString());
            Directory.CreateDirectory(home);
            if (TryLock(home) is not { } held)
                continue;
            var id = $"asyncstack-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..8]}";
            return new GraphState(id, home, held, Read(Path.Combine(home, "state.json")));
        }
    }

    /// <summary>A value that stays the same for the checkout once it has been made.</summary>
    public string GetOrAddValue(string name, Func<string> make)
    {
        lock (_gate)
        {
            if (_content.Values.TryGetValue(name, out var value))
                return value;
            _content.Values[name] = value = make();
            Save();
            return value;
        }
    }

    public int? GetPort(string key)
    {
        lock (_gate)
            return _content.Ports.TryGetValue(key, out var port) ? port : null;
    }

    public void SetPorts(IEnumerable<KeyValuePair<string, int>> ports)
    {
        lock (_gate)
        {
            foreach (var (key, port) in ports)
                _content.Ports[key] = port;
            Save();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (IsThrowAway)
                _data?.Delete();
        }

        _slotLock?.Dispose();
    }

    private static string RandomText() => RandomNumberGenerator.GetHexString(12, lowercase: true);

    private static string CheckoutOf(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
            if (Path.Exists(Path.Combine(folder.FullName, ".git")) || folder.EnumerateFiles("*.sln").Any())
                return folder.FullName;
        return directory;
    }

    private static FileStream? TryLock(string home)
    {
        try
        {
            // The kernel drops this lock when the process ends, however it ends.
            return new FileStream(Path.Combine(home, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(Path.Combine(home, "lock")))
        {
            return null;
        }
    }

    private static Content Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Json) ?? new Content() : new Content();
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"'{path}' is not readable ({exception.Message}); its passwords belong to the data beside it, so remove the whole folder to start afresh.", exception);
        }
    }

    private DataDirectories OpenData()
    {
        if (IsThrowAway)
            return DataDirectories.CreateTemporary();
        var directories = DataDirectories.ForCheckout(Home, _content.DataRoot);
        if (directories.Root != _content.DataRoot)
        {
            _content.DataRoot = directories.Root;
            Save();
        }

        return directories;
    }

    private void Save()
    {
        if (!IsThrowAway)
            PrivateFile.Replace(Path.Combine(Home, "state.json"), _content, Json);
    }

    private sealed class Content
    {
        public string? DataRoot { get; set; }

        public SortedDictionary<string, int> Ports { get; init; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, string> Values { get; init; } = new(StringComparer.Ordinal);
    }
}
