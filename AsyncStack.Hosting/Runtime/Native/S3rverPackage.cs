using System.Security.Cryptography;
using System.Text;
using AsyncStack.Hosting.Runtime.Processes;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>The installed package: once a machine and lock file, in the cache folder.</summary>
internal static class S3rverPackage
{
    private static readonly string[] Files = ["package.json", "package-lock.json", "server.js"];

    /// <summary>Installs what is missing.</summary>
    /// <returns>The script to run.</returns>
    public static async Task<string> InstallAsync(string npm, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(CacheFolder(), $"s3rver-{Version()}");
        if (!Directory.Exists(folder))
        {
            await InstallIntoAsync(folder, npm, cancellationToken);
        }

        return Path.Combine(folder, "server.js");
    }

    // Installed aside and moved into place whole, as several graphs may come here at once.
    private static async Task InstallIntoAsync(string folder, string npm, CancellationToken cancellationToken)
    {
        var aside = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
        try
        {
            foreach (var file in Files)
            {
                await File.WriteAllTextAsync(Path.Combine(aside, file), EmbeddedText.Read($"s3rver/{file}"), cancellationToken);
            }

            string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            var result = await HostCommand.RunAsync(null, npm, arguments, aside, cancellationToken: cancellationToken);
            result.EnsureSuccess("Installing s3rver with 'npm ci'");
            Directory.Move(aside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another graph was first.
        }
        finally
        {
            if (Directory.Exists(aside))
            {
                Directory.Delete(aside, recursive: true);
            }
        }
    }

    // Root's own cache is closed to the account that the server runs as.
    private static string CacheFolder()
    {
        if (Environment.IsPrivilegedProcess)
        {
            return "/var/cache/asyncstack";
        }

        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(string.IsNullOrEmpty(cache) ? Path.Combine(home, ".cache") : cache, "asyncstack");
    }

    private static string Version()
    {
        var content = string.Concat(Files.Select(file => EmbeddedText.Read($"s3rver/{file}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..12];
    }
}
