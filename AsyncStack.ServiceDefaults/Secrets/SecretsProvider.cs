using Microsoft.Extensions.Configuration;

namespace AsyncStack.ServiceDefaults.Secrets;

/// <summary>Settings with the secrets of a folder in them, read again when the folder changes.</summary>
internal sealed class SecretsProvider : ConfigurationProvider, IDisposable
{
    private readonly string _path;
    private readonly IReadOnlyDictionary<string, string> _templates;
    private readonly FileSystemWatcher _watcher;

    public SecretsProvider(string path, IReadOnlyDictionary<string, string> templates)
    {
        (_path, _templates) = (path, templates);
        if (!Directory.Exists(path))
            throw new InvalidOperationException($"{MountedSecrets.PathSetting} is '{path}', which is no folder.");

        // A mounted Secret changes by one rename of the link ..data, which is seen as such in the folder itself.
        _watcher = new FileSystemWatcher(path) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite };
        _watcher.Created += (_, _) => Reread();
        _watcher.Changed += (_, _) => Reread();
        _watcher.Renamed += (_, _) => Reread();
        _watcher.EnableRaisingEvents = true;
    }

    public override void Load() => Data = Read();

    public void Dispose() => _watcher.Dispose();

    private void Reread()
    {
        Dictionary<string, string?> fresh;
        try
        {
            fresh = Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Between two files of one change; its last event finds them all.
            return;
        }

        if (fresh.All(setting => Data.TryGetValue(setting.Key, out var known) && known == setting.Value))
            return;
        Data = fresh;
        OnReload();
    }

    private Dictionary<string, string?> Read()
    {
        var secrets = new Dictionary<string, string?>(StringComparer.Ordinal);
        return _templates.ToDictionary(
            template => template.Key,
            template => (string?)SecretText.Expand(template.Value, name => secrets.TryGetValue(name, out var known) ? known : secrets[name] = ReadFile(name)),
            StringComparer.OrdinalIgnoreCase);
    }

    // Editors and shells end a file with a newline that is no part of the secret.
    private string? ReadFile(string name) => Path.Combine(_path, name) is var file && File.Exists(file) ? File.ReadAllText(file).TrimEnd('\n', '\r') : null;
}
