using System.Diagnostics;

namespace AsyncStack.Api.Tests.Grpc;

/// <summary>@grpc/grpc-js from npm, as its lock file pins it, in a process of its own.</summary>
internal sealed class ReferenceClient : IDisposable
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "Grpc", "client");

    // Once a process: two installations into one folder at a time would spoil each other.
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private readonly System.Diagnostics.Process _process;
    private readonly Task<string> _errors;

    private ReferenceClient(System.Diagnostics.Process process) => (_process, _errors) = (process, process.StandardError.ReadToEndAsync(Cancel));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs a scenario; it fails with what the client says.</summary>
    public static async Task RunAsync(string scenario, Uri address)
    {
        using var client = await StartAsync(scenario, address);
        await client.EndAsync();
    }

    public static async Task<ReferenceClient> StartAsync(string scenario, Uri address)
    {
        await Installed.Value;
        return new ReferenceClient(Start("node", ["scenarios.mjs", address.Authority, scenario]));
    }

    /// <summary>The next line it prints.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync(Cancel).AsTask().WaitAsync(Waiting.AtMost);

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async Task EndAsync()
    {
        var output = await _process.StandardOutput.ReadToEndAsync(Cancel).WaitAsync(Waiting.AtMost);
        await _process.WaitForExitAsync(Cancel).WaitAsync(Waiting.AtMost);
        Assert.True(_process.ExitCode == 0, $"The client ended with {_process.ExitCode}: {output}{await _errors}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Home, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Home, "package-lock.json")))
        {
            return;
        }

        using var npm = Start("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        await npm.StandardOutput.ReadToEndAsync(Cancel);
        await npm.WaitForExitAsync(Cancel);
        Assert.True(npm.ExitCode == 0, $"npm ci in {Home} ended with {npm.ExitCode}.");
    }

    private static System.Diagnostics.Process Start(string program, string[] arguments) => System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Home,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = program == "node",
    })!;
}
