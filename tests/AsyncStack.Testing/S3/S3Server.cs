using System.Diagnostics;
using Xunit;

namespace AsyncStack.Testing;

/// <summary>s3rver from npm, as its lock file pins it, on a port of its own over a folder of its own.</summary>
public sealed class S3Server : IAsyncLifetime
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "S3", "s3rver");
    // Once a process: two installations into one folder at a time would spoil each other.
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private readonly string _data = Directory.CreateTempSubdirectory("asyncstack-s3-").FullName;
    private Process? _process;

    /// <summary>On 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>As <c>ConnectionStrings:storage</c> takes it.</summary>
    public string ConnectionString => ConnectionStringFor(Port);

    /// <summary>The same for a wire to the server.</summary>
    public static string ConnectionStringFor(int port) =>
        $"Driver=s3;Endpoint=http://127.0.0.1:{port};AccessKey=S3RVER;SecretKey=S3RVER;Region=us-east-1";

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        await Installed.Value;
        // s3rver ciphers continuation tokens with DES, which today's OpenSSL keeps among the legacy ones.
        _process = Run("node", ["--openssl-legacy-provider", "serve.js", _data, "0"]);
        var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Port = int.TryParse(line, out var bound) ? bound : throw new InvalidOperationException("s3rver did not start.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_data, recursive: true);
    }

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Home, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Home, "package-lock.json")))
            return;
        using var npm = Run("npm", ["ci", "--no-audit", "--no-fund"]);
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci in {Home} ended with {npm.ExitCode}.");
    }

    private static Process Run(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Home,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;
}
