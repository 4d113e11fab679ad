using System.Diagnostics;
using System.Text.Json;

namespace AsyncStack.Graph.Tests;

/// <summary>The AppHost as a program of its own, in a folder of its own, as a user starts it.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _home;
    private readonly bool _ownsHome;
    private Process _process;

    private AppHostProcess(DirectoryInfo home, bool ownsHome, Process process)
    {
        _home = home;
        _ownsHome = ownsHome;
        _process = process;
    }

    /// <summary>A name that only processes of this graph carry in their environment.</summary>
    public string Home => _home.FullName;

    /// <summary>Starts it with these environment variables beside its own.</summary>
    public static AppHostProcess Start(params (string Name, string Value)[] environment)
    {
        var home = Directory.CreateTempSubdirectory("asyncstack-graph-");
        return new AppHostProcess(home, ownsHome: true, Launch(home, environment));
    }

    /// <summary>Waits until the gateway is healthy and returns every resource's endpoints by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> HealthyAsync()
    {
        var file = Path.Combine(Home, "run.json");
        JsonElement[] resources = [];
        await Waiting.ForAsync(
            async () =>
            {
                Assert.False(_process.HasExited, "The AppHost ended before its graph was healthy.");
                if (!File.Exists(file))
                {
                    return false;
                }

                // A killed AppHost leaves its file behind; the pid tells whose it is.
                using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
                if (document.RootElement.GetProperty("pid").GetInt32() != _process.Id)
                {
                    return false;
                }

                resources = [.. document.RootElement.GetProperty("resources").EnumerateArray().Select(r => r.Clone())];
                return resources.Any(r => r.GetProperty("name").GetString() == "gateway" && r.GetProperty("state").GetString() == "Healthy");
            });
        return resources
            .SelectMany(r => r.GetProperty("endpoints").EnumerateObject().Select(e => (Key: $"{r.GetProperty("name").GetString()}/{e.Name}", Url: e.Value.GetString()!)))
            .ToDictionary(e => e.Key, e => e.Url, StringComparer.Ordinal);
    }

    /// <summary>The link into the dashboard that is good now.</summary>
    public async Task<Uri> DashboardLinkAsync()
    {
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Home, "run.json")));
        return new Uri(document.RootElement.GetProperty("dashboard").GetProperty("loginUrl").GetString()!);
    }

    public UnixFileMode RunFileMode => File.GetUnixFileMode(Path.Combine(Home, "run.json"));

    /// <summary>Ends the AppHost with SIGKILL, without a chance to clean up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the AppHost to stop, waits for it and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Starts it again over the same folder.</summary>
    public void StartAgain()
    {
        _process.Dispose();
        _process = Launch(_home);
    }

    /// <summary>The command lines of every process that belongs to this graph, the AppHost among them.</summary>
    public string[] Processes() =>
        [.. Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(Belongs).OfType<string>()];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await StopAsync();
        }

        _process.Dispose();
        if (_ownsHome)
        {
            _home.Delete(recursive: true);
        }
    }

    private static Process Launch(DirectoryInfo home, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "AsyncStack.AppHost.dll"));
        start.Environment["ASYNCSTACK_HOME"] = home.FullName;
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    // Servers drop the environment they were given or run as another user, so the folder in the command line counts as well.
    private string? Belongs(string process)
    {
        try
        {
            var command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
            return command.Contains(Home, StringComparison.Ordinal)
                || File.ReadAllText(Path.Combine(process, "environ")).Contains(Home, StringComparison.Ordinal)
                    ? command
                    : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
