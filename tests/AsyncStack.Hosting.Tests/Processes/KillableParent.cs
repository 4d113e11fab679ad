using System.Diagnostics;
using AsyncStack.Hosting.Runtime.Native;
using AsyncStack.Hosting.Runtime.Processes;
using AsyncStack.Hosting.Tests.Native;

namespace AsyncStack.Hosting.Tests.Processes;

/// <summary>This test program in the role of an AppHost that is killed.</summary>
internal sealed class KillableParent : IDisposable
{
    public const string Verb = "as-parent";
    private readonly Process _process;

    private KillableParent(Process process) => _process = process;

    public int ProcessId => _process.Id;

    /// <summary>Starts a parent that runs a shell script.</summary>
    public static Task<KillableParent> StartAsync(string mark, string script) => LaunchAsync("", mark, script);

    /// <summary>Starts a parent that runs a server in the given folder, <c>native</c> or in a <c>container</c>.</summary>
    public static Task<KillableParent> StartServerAsync(string runtime, string mark, string image, string folder) =>
        LaunchAsync(runtime, mark, "server", image, folder);

    /// <summary>The role itself: starts what it was asked to, says so and waits for its end.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var environment = new Dictionary<string, string> { [ProcessTable.Mark(arguments[0])] = "1" };
        if (arguments[1] == "server")
        {
            await RunServerAsync(arguments[2], arguments[3], environment);
        }
        else
        {
            await ProcessSupervisor.StartAsync(
                new ProcessSpec { Name = "script", FileName = "sh", Arguments = ["-c", arguments[1]], Environment = environment },
                CancellationToken.None);
        }

        Console.WriteLine("started");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    public void KillAtOnce() => _process.Kill();

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static async Task<KillableParent> LaunchAsync(string runtime, params string[] arguments)
    {
        var assembly = typeof(KillableParent).Assembly.Location;
        var info = new ProcessStartInfo("dotnet", [assembly, Verb, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        info.Environment[ServerRuntimes.Variable] = runtime;
        var parent = new KillableParent(Process.Start(info)!);
        Assert.Equal("started", await parent._process.StandardOutput.ReadLineAsync());
        return parent;
    }

    private static async Task RunServerAsync(string image, string folder, Dictionary<string, string> environment)
    {
        var start = RunningServer.Describe(image, folder) with { Environment = environment };
        var choice = await new ServerRuntimes().FindAsync(image, CancellationToken.None);
        await RunningServer.StartAsync(choice!.Runtime, start, CancellationToken.None);
    }
}
