using System.Diagnostics;
using System.Text.Json;
using AsyncStack.Bench.Datasets.Measuring;

namespace AsyncStack.Bench.Datasets.Peers;

/// <summary>A program that does one piece of work, writes the answer and prints what it took as the last line of its output.</summary>
/// <param name="name">What it is called in the table.</param>
/// <param name="program">The interpreter.</param>
/// <param name="script">The source, which takes the work's name, the input and the output.</param>
internal sealed class Peer(string name, string program, string script)
{
    public string Name => name;

    /// <exception cref="InvalidOperationException">It failed; the message has the end of what it said.</exception>
    public async Task<Measurement> RunAsync(string work, string input, string output, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, [script, work, input, output]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            var said = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var complained = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"{name} ended with code {process.ExitCode}: {End(await complained)}");
            return JsonSerializer.Deserialize<Measurement>(End(await said))
                ?? throw new InvalidOperationException($"{name} printed no figures.");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string End(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
