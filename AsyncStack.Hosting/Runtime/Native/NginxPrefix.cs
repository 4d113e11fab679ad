using System.Text.RegularExpressions;

namespace AsyncStack.Hosting.Runtime.Native;

/// <summary>The folder nginx runs in: what the graph mounts, and a main configuration that names no path outside it.</summary>
internal static partial class NginxPrefix
{
    private const string Templates = "/etc/nginx/templates";
    private const string Fragments = "/etc/nginx/conf.d";
    private const string TemplateSuffix = ".template";
    private const string Tree = "root";

    private const string Main = """
        daemon off;
        worker_processes auto;
        worker_rlimit_nofile 8192;
        pid nginx.pid;
        error_log stderr warn;
        events { worker_connections 4096; }
        http {
            types {
                text/html html htm;
                text/css css;
                text/javascript js mjs;
                application/json json map;
                image/svg+xml svg;
                image/png png;
                image/x-icon ico;
                font/woff2 woff2;
            }
            default_type application/octet-stream;
            access_log off;
            sendfile on;
            tcp_nopush on;
            keepalive_timeout 65;
            client_body_temp_path temp/body;
            proxy_temp_path temp/proxy;
            fastcgi_temp_path temp/fastcgi;
            uwsgi_temp_path temp/uwsgi;
            scgi_temp_path temp/scgi;
            include FRAGMENTS/*.conf;
        }

        """;

    /// <summary>Writes the folder anew from the graph's mounts.</summary>
    /// <returns>The main configuration's path.</returns>
    public static async Task<string> WriteAsync(ResourceStart start, string folder, CancellationToken cancellationToken)
    {
        var tree = Path.Combine(folder, Tree);
        if (Directory.Exists(tree))
        {
            Directory.Delete(tree, recursive: true);
        }

        var fragments = Inside(tree, Fragments);
        Directory.CreateDirectory(fragments);
        Directory.CreateDirectory(Path.Combine(folder, "temp"));
        foreach (var mount in start.Container.Mounts.Where(mount => !mount.IsVolume))
        {
            Copy(mount.Source, Inside(tree, mount.Target));
        }

        await SubstituteAsync(tree, fragments, start.Environment, cancellationToken);
        await RelocateAsync(tree, fragments, cancellationToken);
        var main = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(main, Main.Replace("FRAGMENTS", fragments, StringComparison.Ordinal), cancellationToken);
        return main;
    }

    private static string Inside(string tree, string target) => Path.Combine(tree, target.TrimStart('/'));

    private static void Copy(string source, string target)
    {
        if (!Directory.Exists(source))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target, overwrite: true);
            return;
        }

        Directory.CreateDirectory(target);
        foreach (var entry in Directory.EnumerateFileSystemEntries(source))
        {
            Copy(entry, Path.Combine(target, Path.GetFileName(entry)));
        }
    }

    private static async Task SubstituteAsync(
        string tree, string fragments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var templates = Inside(tree, Templates);
        if (!Directory.Exists(templates))
        {
            return;
        }

        foreach (var template in Directory.EnumerateFiles(templates, "*" + TemplateSuffix, SearchOption.AllDirectories))
        {
            var target = Path.Combine(fragments, Path.GetRelativePath(templates, template)[..^TemplateSuffix.Length]);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var text = await File.ReadAllTextAsync(template, cancellationToken);
            await File.WriteAllTextAsync(target, EnvironmentTemplate.Substitute(text, environment), cancellationToken);
        }
    }

    // Configurations name mounted files by their place in the container.
    private static async Task RelocateAsync(string tree, string fragments, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(fragments, "*", SearchOption.AllDirectories))
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            var moved = PathDirective().Replace(text, match => Path.Exists(Inside(tree, Folder(match.Value))) ? Inside(tree, match.Value) : match.Value);
            await File.WriteAllTextAsync(file, moved, cancellationToken);
        }
    }

    // What precedes a wildcard.
    private static string Folder(string path) => path.Contains('*', StringComparison.Ordinal) ? Path.GetDirectoryName(path)! : path;

    [GeneratedRegex(@"(?<=\b(?:include|root|alias|auth_basic_user_file|ssl_certificate|ssl_certificate_key|ssl_trusted_certificate)\s+)/[^\s;]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathDirective();
}
