using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AsyncStack.Architecture.Tests;

/// <summary>The rules for Prometheus and the dashboard for Grafana, as far as that goes without a running graph.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Folder = Path.Combine(RoomTests.Root, "AsyncStack.AppHost", "Observability");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("check", "rules.yaml")]
    [InlineData("test", "rules.tests.yaml")]
    public async Task Rules_stand_and_fire_when_they_should(string command, string file)
    {
        var start = new ProcessStartInfo("promtool", [command, "rules", file])
        {
            WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var promtool = Process.Start(start)!;
        var told = await Task.WhenAll(promtool.StandardOutput.ReadToEndAsync(Stop), promtool.StandardError.ReadToEndAsync(Stop));
        await promtool.WaitForExitAsync(Stop);

        Assert.True(promtool.ExitCode == 0, string.Concat(told));
    }

    [Fact]
    public void Every_alert_is_tested_and_says_how_bad_it_is_what_is_wrong_and_what_to_do()
    {
        var runbook = File.ReadLines(Path.Combine(RoomTests.Root, "docs", "monitoring.md")).ToHashSet(StringComparer.Ordinal);
        var tests = File.ReadAllText(Path.Combine(Folder, "rules.tests.yaml"));
        var alerts = Rules().Where(r => r.Text.StartsWith("alert: ", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            Assert.Matches("severity: (critical|warning)\n", alert.Text);
            Assert.Contains("summary: '", alert.Text, StringComparison.Ordinal);
            Assert.Contains("description: '", alert.Text, StringComparison.Ordinal);
            Assert.EndsWith($"runbook_url: docs/monitoring.md#{alert.Name.ToLowerInvariant()}", alert.Text, StringComparison.Ordinal);
            Assert.Contains($"### {alert.Name}", runbook);
            Assert.Contains($"alertname: {alert.Name}\n        exp_alerts:", tests, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_panel_reads_from_the_chosen_data_source()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(p => p.GetProperty("type").GetString() != "row").ToList();

        Assert.NotEmpty(panels);
        Assert.All(panels, panel => Assert.All(
            panel.GetProperty("targets").EnumerateArray().Append(panel), from => Assert.Equal("${datasource}", from.GetProperty("datasource").GetProperty("uid").GetString())));
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
    }

    private static IEnumerable<(string Name, string Text)> Rules() =>
        File.ReadAllText(Path.Combine(Folder, "rules.yaml")).Split("\n      - ").Skip(1)
            .Select(text => (RuleName().Match(text).Groups["name"].Value, WithoutComment(text).TrimEnd()));

    // What stands before the next rule is about that.
    private static string WithoutComment(string text) => string.Join('\n', text.Split('\n').Where(line => !line.TrimStart().StartsWith('#')));

    [GeneratedRegex(@"^(alert|record): (?<name>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RuleName();
}
