using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AsyncStack.Bench.Reporting;

namespace AsyncStack.Bench.Load;

/// <param name="PerSecond">Calls answered a second.</param>
/// <param name="Latency">From sending a request to the end of its answer.</param>
/// <param name="DataBytes">Bytes of all bodies; an answer without a message adds none.</param>
/// <param name="Failed">Requests that had no answer, or another than 200.</param>
internal sealed record H2LoadResult(double PerSecond, Percentiles Latency, long DataBytes, long Failed);

/// <summary>Runs h2load of nghttp2, which costs little CPU itself, and reads its summary and its log of every request.</summary>
internal static partial class H2Load
{
    private const int Connections = 16;
    private const int Streams = 8;

    /// <summary>Makes a fixed number of gRPC calls over HTTP/2 without TLS, 128 at a time.</summary>
    public static async Task<H2LoadResult> CallAsync(Uri method, byte[] message, int calls, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("asyncstack-h2load-");
        try
        {
            var (body, log) = (Path.Combine(folder.FullName, "body"), Path.Combine(folder.FullName, "log"));
            await File.WriteAllBytesAsync(body, message, cancellationToken);
            var summary = await RunAsync(
                [
                    "-t1", $"-c{Connections}", $"-m{Streams}", $"-n{calls}", $"--data={body}", $"--log-file={log}",
                    "-Hcontent-type: application/grpc", "-Hte: trailers", method.ToString(),
                ],
                cancellationToken);
            return Parse(summary, await File.ReadAllLinesAsync(log, cancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var h2load = Process.Start(new ProcessStartInfo("h2load", arguments) { RedirectStandardOutput = true, UseShellExecute = false })
            ?? throw new InvalidOperationException("h2load did not start.");
        try
        {
            var output = await h2load.StandardOutput.ReadToEndAsync(cancellationToken);
            await h2load.WaitForExitAsync(cancellationToken);
            return output;
        }
        finally
        {
            if (!h2load.HasExited)
                h2load.Kill();
        }
    }

    /// <summary>Each line of the log is when the request began, its status and the microseconds it took.</summary>
    private static H2LoadResult Parse(string summary, string[] log)
    {
        var requests = log.Select(x => x.Split('\t')).ToList();
        return new H2LoadResult(
            Number(Rate().Match(summary)),
            Percentiles.Of(requests.Select(x => TimeSpan.FromMicroseconds(long.Parse(x[2], CultureInfo.InvariantCulture)))),
            (long)Number(Data().Match(summary)),
            requests.Count(x => x[1] != "200"));
    }

    private static double Number(Match match) => double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<value>[\d.]+) req/s", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rate();

    [GeneratedRegex(@"\((?<value>\d+)\) data", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Data();
}
