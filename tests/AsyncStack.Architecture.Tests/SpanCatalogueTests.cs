using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace AsyncStack.Architecture.Tests;

/// <summary>docs/telemetry.md lists the spans that there are, by source and name, and no others.</summary>
public sealed partial class SpanCatalogueTests
{
    private static readonly string[] Rooms = ["Api", "Worker", "Notifier", "Web", "Core", "ServiceDefaults"];

    [Fact]
    public void Every_span_of_ours_is_in_the_catalogue_and_every_line_of_it_is_a_span() =>
        Assert.Equal(Started().Order(), Catalogue().Where(IsOurs).Order());

    [Fact]
    public void Every_source_is_made_where_its_spans_are_started()
    {
        var made = from room in Rooms from type in Assembly.Load($"AsyncStack.{room}").GetTypes()
                   from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
                   where field.FieldType == typeof(ActivitySource)
                   select ((ActivitySource)field.GetValue(null)!).Name;

        Assert.Equal(made.Order(), Started().Select(s => s.Source).Distinct().Order());
    }

    [Fact]
    public void Every_source_that_is_listened_to_is_in_the_catalogue()
    {
        var options = Assembly.Load("AsyncStack.ServiceDefaults").GetType("AsyncStack.ServiceDefaults.Telemetry.TelemetryOptions", throwOnError: true)!;
        var sources = (ISet<string>)options.GetProperty("Sources")!.GetValue(Activator.CreateInstance(options))!;
        // The broker's client is listened to for services that do not switch it off, as all of ours do.
        var foreign = sources.Where(s => !s.StartsWith("AsyncStack.", StringComparison.Ordinal) && !s.StartsWith("RabbitMQ.", StringComparison.Ordinal));

        Assert.Equal(foreign.Order(), Catalogue().Where(s => !IsOurs(s)).Select(s => s.Source).Distinct().Order());
    }

    private static bool IsOurs((string Source, string Name) span) => span.Source.StartsWith("AsyncStack.", StringComparison.Ordinal);

    // A span's name is a literal wherever one is started: as the name of StartActivity, of a shared span, or of a group commit, whose
    // source is Core's wherever it is made.
    private static HashSet<(string Source, string Name)> Started()
    {
        var started = new HashSet<(string, string)>();
        foreach (var room in Rooms)
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(RoomTests.Root, $"AsyncStack.{room}"), "*.cs", SearchOption.AllDirectories).Where(IsSource))
            {
                var text = File.ReadAllText(file);
                if (SourceName().IsMatch(text) || text.Contains("CoreTracing.Source", StringComparison.Ordinal))
                {
                    var source = SourceName().Match(text) is { Success: true } own ? own.Groups["name"].Value : "AsyncStack.Core";
                    started.UnionWith(SpanName().Matches(text).Select(m => (source, Generalized(m.Groups["name"].Value))));
                }

                started.UnionWith(GroupCommit().Matches(text).Select(m => ("AsyncStack.Core", m.Groups["name"].Value)));
            }
        }

        return started;
    }

    private static bool IsSource(string file) =>
        !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    private static string Generalized(string name) => Hole().Replace(name, "…");

    private static IEnumerable<(string Source, string Name)> Catalogue() =>
        from line in File.ReadLines(Path.Combine(RoomTests.Root, "docs", "telemetry.md"))
        let match = CatalogueLine().Match(line)
        where match.Success
        select (match.Groups["source"].Value, match.Groups["name"].Value);

    [GeneratedRegex(@"^\| `(?<source>[A-Za-z.]+)` \| `(?<name>[^`]+)`[^|]*\| (internal|client|server|producer|consumer) \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CatalogueLine();

    [GeneratedRegex("""new ActivitySource\("(?<name>[^"]+)"\)|ActivitySource \w+ = new\("(?<name>[^"]+)"\)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SourceName();

    [GeneratedRegex("""StartActivity\(\$?"(?<name>[^"]+)"|\(name, tags\) = \(\$"(?<name>[^"]+)"|name: \$?"(?<name>[^"]+)"\)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SpanName();

    [GeneratedRegex("""(?:_\w+ = |Coalescer<[^;=]*> _\w+ = )new\(\s*"(?<name>[a-z ]+)",""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex GroupCommit();

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hole();
}
