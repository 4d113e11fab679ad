using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AsyncStack.Graph.Tests.Monitoring;

/// <summary>A real Prometheus with the product's rules that scrapes the given services every two seconds.</summary>
internal sealed partial class PrometheusServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asyncstack-prometheus-");
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];
    private readonly Process _process;
    private HttpClient _http = new();
    private Uri? _address;

    private PrometheusServer(IReadOnlyDictionary<string, Uri> services, string rules)
    {
        var configuration = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(configuration, Configuration(services, rules));
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("prometheus", [
                $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}", "--web.listen-address=127.0.0.1:0",
            ])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            },
        };
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<PrometheusServer> StartAsync(IReadOnlyDictionary<string, Uri> services, string rules)
    {
        var server = new PrometheusServer(services, rules);
        server._process.Start();
        server._process.BeginErrorReadLine();
        var exited = server._process.WaitForExitAsync(Stop);
        if (await Task.WhenAny(server._ready.Task, exited) == exited)
        {
            throw new InvalidOperationException($"Prometheus ended: {string.Join('\n', server._log)}");
        }

        server._http = new HttpClient { BaseAddress = await server._ready.Task };
        return server;
    }

    /// <summary>Waits until every service has been scraped that many times more.</summary>
    public async Task ScrapedAsync(int services, int times)
    {
        var before = await ScrapesAsync();
        await Waiting.ForAsync(async () =>
        {
            var now = await ScrapesAsync();
            return now.Count == services && now.All(s => s.Value >= before.GetValueOrDefault(s.Key) + times);
        });
    }

    /// <summary>What a query gives now: labels and value of each sample.</summary>
    public async Task<List<(Dictionary<string, string> Labels, double Value)>> QueryAsync(string query)
    {
        var data = await GetAsync($"query?query={Uri.EscapeDataString(query)}");
        var result = data.GetProperty("result");
        return data.GetProperty("resultType").GetString() == "scalar"
            ? [([], Number(result[1]))]
            : [.. result.EnumerateArray().Select(s => (Labels(s.GetProperty("metric")), Number(s.GetProperty("value")[1])))];
    }

    /// <summary>The series whose labels match.</summary>
    public async Task<List<Dictionary<string, string>>> SeriesAsync(string match) =>
        [.. (await GetAsync($"series?match[]={Uri.EscapeDataString(match)}")).EnumerateArray().Select(Labels)];

    /// <summary>All rules with what became of their last evaluation.</summary>
    public async Task<List<JsonElement>> RulesAsync() =>
        [.. (await GetAsync("rules")).GetProperty("groups").EnumerateArray().SelectMany(g => g.GetProperty("rules").EnumerateArray())];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Configuration(IReadOnlyDictionary<string, Uri> services, string rules) =>
        $$"""
        global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s}
        rule_files: ['{{rules}}']
        scrape_configs:
        {{string.Join('\n', services.Select(s => $$"""  - {job_name: {{s.Key}}, static_configs: [{targets: ['{{s.Value.Authority}}']}]}"""))}}
        """;

    private static Dictionary<string, string> Labels(JsonElement labels) =>
        labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString()!, StringComparer.Ordinal);

    private static double Number(JsonElement text) => text.GetString() switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        var number => double.Parse(number!, CultureInfo.InvariantCulture),
    };

    private async Task<Dictionary<string, double>> ScrapesAsync() =>
        (await QueryAsync("count_over_time(up[1h]) and up == 1")).ToDictionary(s => s.Labels["job"], s => s.Value, StringComparer.Ordinal);

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri("/api/v1/" + path, UriKind.Relative), Stop);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {answer}");
        return answer.GetProperty("data");
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }

        _log.Add(line);
        if (Listening().Match(line) is { Success: true } match)
        {
            _address = new Uri($"http://{match.Groups["address"].Value}");
        }
        else if (line.Contains("Server is ready", StringComparison.Ordinal))
        {
            _ready.TrySetResult(_address!);
        }
    }

    [GeneratedRegex("""msg="Listening on" address=(?<address>[0-9.:]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}
