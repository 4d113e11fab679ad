using System.Diagnostics;
using System.Text.Json;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

/// <summary>The official OpenTelemetry SDK of JavaScript from npm, as its lock file pins it.</summary>
internal static class NodeSender
{
    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "Dashboard", "Otlp", "sender");

    // Once a process: two installations into one folder at a time would spoil each other.
    private static readonly Lazy<Task> Installed = new(InstallAsync);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Sends everything it has; answers with the ids that it chose.</summary>
    public static async Task<(int ExitCode, JsonElement Ids, string Errors)> SendAsync(string protocol, Uri address, string headers, string compression = "none")
    {
        await Installed.Value;
        var start = Start("node", ["send.mjs"]);
        start.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = address.GetLeftPart(UriPartial.Authority);
        start.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = headers;
        start.Environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression;
        using var node = Process.Start(start)!;
        var errors = node.StandardError.ReadToEndAsync(Cancel);
        var output = await node.StandardOutput.ReadToEndAsync(Cancel).WaitAsync(Waiting.AtMost, Cancel);
        await node.WaitForExitAsync(Cancel).WaitAsync(Waiting.AtMost, Cancel);
        return (node.ExitCode, output.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(output), await errors);
    }

    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(Home, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Home, "package-lock.json")))
            return;
        using var npm = Process.Start(Start("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))!;
        var errors = npm.StandardError.ReadToEndAsync(Cancel);
        await npm.StandardOutput.ReadToEndAsync(Cancel);
        await npm.WaitForExitAsync(Cancel);
        Assert.True(npm.ExitCode == 0, $"npm ci in {Home} ended with {npm.ExitCode}: {await errors}");
    }

    private static ProcessStartInfo Start(string program, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = Home,
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
