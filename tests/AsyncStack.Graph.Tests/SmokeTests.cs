using System.Diagnostics;

namespace AsyncStack.Graph.Tests;

/// <summary>The program that <c>helm test</c> runs.</summary>
public sealed class SmokeTests(RunningGraphFixture graph)
{
    [Fact]
    public async Task The_smoke_test_hands_a_task_in_and_sees_it_end()
    {
        var (code, output) = await RunAsync(graph.App.GetEndpoint("gateway", "http"));

        Assert.True(code == 0, output);
        Assert.Contains("completed, result", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(Uri address)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [ApiAssembly(), "smoke", address.AbsoluteUri]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    // bin/<Configuration>/<framework>/ of the tests tells which build of the Api belongs to them.
    private static string ApiAssembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Projects.AsyncStack_AppHost.ProjectPath, "..", "AsyncStack.Api", "bin", own.Parent!.Name, own.Name, "AsyncStack.Api.dll");
    }
}
