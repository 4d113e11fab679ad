using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.ServiceDefaults.Secrets;

/// <summary>
/// Secrets from files: a variable such as <c>ConnectionStrings__asyncstack=Host=db;Password={secret:postgres-password}</c> gets the
/// content of the file <c>postgres-password</c> in the folder <c>Secrets:Path</c>. When the files change, as a cluster changes those of
/// a mounted Secret, so does the configuration, without a restart.
/// </summary>
public static class MountedSecrets
{
    /// <summary>The folder of the files, one a secret.</summary>
    public const string PathSetting = "Secrets:Path";

    /// <summary>Puts secrets into the environment's settings, where <see cref="PathSetting"/> names a folder.</summary>
    public static void AddMountedSecrets(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[PathSetting] is { Length: > 0 } path)
            builder.Configuration.Add(new Source(path, Templates()));
    }

    internal static IConfigurationSource Over(string path, IReadOnlyDictionary<string, string> templates) => new Source(path, templates);

    private static Dictionary<string, string> Templates() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => variable.Value is string value && SecretText.HasSecrets(value))
        .ToDictionary(variable => ((string)variable.Key).Replace("__", ":", StringComparison.Ordinal), variable => (string)variable.Value!, StringComparer.OrdinalIgnoreCase);

    private sealed class Source(string path, IReadOnlyDictionary<string, string> templates) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecretsProvider(path, templates);
    }
}
