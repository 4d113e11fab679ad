using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Architecture.Tests;

/// <summary>docs/telemetry.md lists the instruments that there are, by the names and types that <c>/metrics</c> gives them, and no others.</summary>
public sealed partial class TelemetryCatalogueTests
{
    private static readonly string[] Rooms = ["Api", "Worker", "Notifier", "Web", "Core", "ServiceDefaults"];

    [Fact]
    public void Every_instrument_is_in_the_catalogue_and_every_line_of_it_is_an_instrument()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

        var published = Published(meters.GetRequiredService<IMeterFactory>());

        Assert.Equal(published.Order(), Catalogue().Order());
    }

    [Fact]
    public void Every_room_that_has_instruments_is_looked_into()
    {
        var measured = from file in Directory.EnumerateFiles(RoomTests.Root, "*.cs", SearchOption.AllDirectories)
                       let room = Path.GetRelativePath(RoomTests.Root, file).Split(Path.DirectorySeparatorChar)[0]
                       where room.StartsWith("AsyncStack.", StringComparison.Ordinal) && CreatesInstrument().IsMatch(File.ReadAllText(file))
                       select room;

        Assert.Equal(Rooms.Select(r => $"AsyncStack.{r}").Order(), measured.Distinct().Order());
    }

    [Fact]
    public void Every_instrument_says_its_unit_and_what_it_measures()
    {
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();

        var silent = new List<string>();
        Published(meters.GetRequiredService<IMeterFactory>(), instrument =>
        {
            if (string.IsNullOrWhiteSpace(instrument.Unit) || string.IsNullOrWhiteSpace(instrument.Description))
                silent.Add(instrument.Name);
        });

        Assert.Empty(silent);
    }

    /// <summary>The instruments of every class that makes some, as name and type.</summary>
    private static HashSet<string> Published(IMeterFactory meters, Action<Instrument>? look = null)
    {
        var published = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (!instrument.Meter.Name.StartsWith("AsyncStack.", StringComparison.Ordinal))
                    return;
                published.Add($"{NameOf(instrument)} {TypeOf(instrument)}");
                look?.Invoke(instrument);
            },
        };
        listener.Start();
        foreach (var type in Rooms.SelectMany(room => Assembly.Load($"AsyncStack.{room}").GetTypes()))
        {
            if (type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Any(f => f.FieldType.IsAssignableTo(typeof(Instrument)) || f.FieldType == typeof(Meter)))
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            else if (type.GetConstructors().FirstOrDefault(c => c.GetParameters().Any(p => p.ParameterType == typeof(IMeterFactory))) is { } constructor)
                constructor.Invoke([.. constructor.GetParameters().Select(p => Argument(p.ParameterType, meters))]);
        }

        return published;
    }

    // What else an instruments class takes is asked only when its gauges are read, which nobody does here.
    private static object Argument(Type type, IMeterFactory meters) =>
        type == typeof(IMeterFactory) ? meters : RuntimeHelpers.GetUninitializedObject(type);

    // The rules of docs/telemetry.md: dots become underscores, units are spelled out, counters end with _total.
    private static string NameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            null or "" or ['{', ..] => "",
            var other => throw new InvalidOperationException($"The unit '{other}' of '{instrument.Name}' is not known here."),
        };
        return instrument.Name.Replace('.', '_') + unit + (TypeOf(instrument) == "counter" ? "_total" : "");
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    private static IEnumerable<string> Catalogue() =>
        from line in File.ReadLines(Path.Combine(RoomTests.Root, "docs", "telemetry.md"))
        let match = CatalogueLine().Match(line)
        where match.Success
        select $"{match.Groups["name"].Value} {match.Groups["type"].Value}";

    [GeneratedRegex(@"^\| `(?<name>[a-z0-9_]+)` \| (?<type>counter|histogram|gauge) \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CatalogueLine();

    [GeneratedRegex(@"\.Create(?:Observable)?(?:Counter|UpDownCounter|Histogram|Gauge)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CreatesInstrument();
}
