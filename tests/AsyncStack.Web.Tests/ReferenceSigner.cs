using System.Diagnostics;
using System.Text;

namespace AsyncStack.Web.Tests;

/// <summary>The npm package standardwebhooks, as its lock file pins it.</summary>
internal static class ReferenceSigner
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "standardwebhooks");
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    public static async Task<string> SignAsync(string secret, string id, long timestamp, string body)
    {
        await Installed.Value;
        return (await RunAsync("node", ["sign.js", secret, id, $"{timestamp}"], body)).Trim();
    }

    private static Task InstallAsync() =>
        Directory.Exists(Path.Combine(Home, "node_modules")) ? Task.CompletedTask : RunAsync("npm", ["ci", "--no-audit", "--no-fund"], "");

    private static async Task<string> RunAsync(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Home,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {arguments[0]} ended with {process.ExitCode}.");
        return output;
    }
}
