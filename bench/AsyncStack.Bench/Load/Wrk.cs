using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace AsyncStack.Bench.Load;

/// <param name="PerSecond">Requests answered with 2xx or 3xx a second.</param>
/// <param name="P50">Median latency in milliseconds.</param>
/// <param name="P99">99th percentile of the latency in milliseconds.</param>
/// <param name="Requests">Requests answered in all.</param>
/// <param name="Refused">Requests answered with anything else.</param>
internal sealed record WrkResult(double PerSecond, double P50, double P99, long Requests, long Refused);

/// <summary>Runs wrk, which costs next to no CPU itself, and reads its summary.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> PostAsync(
        Submission submission, int connections, TimeSpan duration, CancellationToken cancellationToken)
    {
        var key = submission.Key is null ? "" : $"wrk.headers['X-Api-Key'] = '{submission.Key}'\n";
        var script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                script,
                $"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\n{key}wrk.body = [==[{submission.Json}]==]\n",
                cancellationToken);
            return Parse(await RunAsync(
                ["-t1", $"-c{connections}", $"-d{(int)duration.TotalSeconds}s", "--latency", "-s", script, submission.Address.ToString()],
                cancellationToken));
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("wrk did not start.");
        try
        {
            var output = await wrk.StandardOutput.ReadToEndAsync(cancellationToken);
            await wrk.WaitForExitAsync(cancellationToken);
            return output;
        }
        finally
        {
            if (!wrk.HasExited)
                wrk.Kill();
        }
    }

    private static WrkResult Parse(string output)
    {
        var requests = Number(Requests().Match(output));
        var refused = Refusals().Match(output) is { Success: true } match ? Number(match) : 0;
        var seconds = Milliseconds(Took().Match(output)) / 1000;
        return new WrkResult(
            (requests - refused) / seconds,
            Milliseconds(Median().Match(output)),
            Milliseconds(NinetyNinth().Match(output)),
            (long)requests,
            (long)refused);
    }

    private static double Milliseconds(Match match) => Number(match) * match.Groups["unit"].Value switch
    {
        "us" => 0.001,
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        var unit => throw new FormatException($"wrk reported a time in '{unit}'."),
    };

    private static double Number(Match match) => double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<value>\d+) requests in", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Requests();

    [GeneratedRegex(@"requests in (?<value>[\d.]+)(?<unit>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Took();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<value>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Refusals();

    [GeneratedRegex(@"50%\s+(?<value>[\d.]+)(?<unit>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Median();

    [GeneratedRegex(@"99%\s+(?<value>[\d.]+)(?<unit>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NinetyNinth();
}
