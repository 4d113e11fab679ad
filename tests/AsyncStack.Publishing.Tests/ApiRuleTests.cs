using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AsyncStack.Publishing.Tests.Support;

namespace AsyncStack.Publishing.Tests;

/// <summary>
/// What an API server refuses although the types are right, under the longest name that Helm takes. The limits are those of the API's own
/// validation (https://kubernetes.io/docs/concepts/overview/working-with-objects/names).
/// </summary>
public sealed partial class ApiRuleTests(ChartFixture chart)
{
    private const string LongestName = "a.release-whose-name-takes-all-of-the-53-characters-0";

    private static readonly string[] Amounts = ["cpu", "memory"];

    public static TheoryData<string> ValuesSets => [.. ChartFixture.ValuesSets];

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Names_are_short_enough_and_made_of_what_is_allowed(string values)
    {
        Assert.Equal(53, LongestName.Length);
        foreach (var manifest in (await chart.RenderAsync(values, release: LongestName)).All)
        {
            var name = manifest.Name();
            Assert.Matches(DnsLabel(), name);
            // A StatefulSet's and a CronJob's name goes into labels and names of what they make, with up to eleven characters more.
            Assert.True(name.Length <= (manifest.Kind() is "StatefulSet" or "CronJob" ? 52 : 63), $"{manifest.Kind()} {name} has {name.Length} characters");
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Labels_are_short_enough_and_made_of_what_is_allowed(string values)
    {
        foreach (var manifest in (await chart.RenderAsync(values, release: LongestName)).All)
        {
            foreach (var labels in Below(manifest).SelectMany(o => new[] { o["labels"], o["matchLabels"] }).OfType<JsonObject>())
            {
                foreach (var (key, value) in labels)
                {
                    Assert.True(value is JsonValue text && text.TryGetValue<string>(out _), $"{manifest.Kind()} {manifest.Name()}: label {key} is no text: {value}");
                    Assert.Matches(QualifiedName(), key);
                    Assert.Matches(LabelValue(), value!.ToString());
                    Assert.True(value.ToString().Length <= 63, $"{manifest.Kind()} {manifest.Name()}: {key}={value}");
                }
            }

            Assert.All((manifest["metadata"].At("annotations") as JsonObject)?.AsEnumerable() ?? [], a => Assert.True(a.Value is JsonValue text && text.TryGetValue<string>(out _), $"{a.Key} is no text"));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Ports_and_variables_and_volumes_are_named_as_the_api_wants(string values)
    {
        var manifests = await chart.RenderAsync(values);
        foreach (var pod in manifests.Pods())
        {
            Assert.All(pod.Spec.List("volumes").Select(v => v.Text("name")!).Concat(pod.AllContainers.Select(c => c.Text("name")!)), name => Assert.Matches(DnsLabel(), name));
            foreach (var container in pod.AllContainers)
            {
                Assert.All(container.List("ports"), port => Assert.Matches(PortName(), port.Text("name")!));
                Assert.All(container.List("env"), variable => Assert.Matches(VariableName(), variable.Text("name")!));
                Assert.All(container.List("env").Select(e => e["value"]).OfType<JsonNode>(), value => Assert.True(value.AsValue().TryGetValue<string>(out _), $"{pod.Name}: {value} is no text"));
                Assert.All(container.List("volumeMounts"), mount => Assert.DoesNotContain(':', mount.Text("mountPath")!));
            }
        }

        foreach (var service in manifests.Of("Service"))
        {
            Assert.All(service.List("spec", "ports"), port => Assert.Matches(PortName(), port.Text("name")!));
            Assert.All(service.List("spec", "ports").GroupBy(p => p.Text("name")), g => Assert.Single(g));
            Assert.All(service.List("spec", "ports").GroupBy(p => (p.Text("port"), p.Text("protocol"))), g => Assert.Single(g));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Nothing_is_asked_for_above_its_limit(string values)
    {
        foreach (var container in (await chart.RenderAsync(values)).Pods().SelectMany(p => p.AllContainers))
        {
            foreach (var amount in Amounts)
                Assert.True(Quantity(container.Text("resources", "requests", amount)!) <= Quantity(container.Text("resources", "limits", amount)!), $"{container["name"]}: {amount}");
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Scalers_and_spreads_are_consistent(string values)
    {
        var manifests = await chart.RenderAsync(values);
        foreach (var scaler in manifests.Of("HorizontalPodAutoscaler"))
            Assert.True((long)scaler.At("spec", "minReplicas")! is var minimum && minimum >= 1 && minimum <= (long)scaler.At("spec", "maxReplicas")!, scaler.Name());
        foreach (var pod in manifests.Pods())
        {
            foreach (var spread in pod.Spec.List("topologySpreadConstraints"))
            {
                // On one node, and on nodes without zones, pods have to be scheduled all the same.
                Assert.Equal("ScheduleAnyway", spread.Text("whenUnsatisfiable"));
                Assert.True(spread.At("labelSelector", "matchLabels").Texts().Matches(pod.Labels), pod.Name);
            }

            Assert.All(pod.Spec.List("topologySpreadConstraints").GroupBy(s => s.Text("topologyKey")), g => Assert.Single(g));
        }
    }

    [Theory]
    [MemberData(nameof(ValuesSets))]
    public async Task Keys_of_config_maps_and_secrets_are_file_names_and_fit(string values)
    {
        foreach (var manifest in (await chart.RenderAsync(values)).Of("ConfigMap", "Secret"))
        {
            var data = manifest["data"].As();
            Assert.All(data, entry => Assert.Matches(DataKey(), entry.Key));
            Assert.True(data.Sum(entry => entry.Value!.ToString().Length) < 1_000_000, manifest.Name());
            if (manifest.Kind() == "Secret")
                Assert.All(data, entry => Convert.FromBase64String(entry.Value!.ToString()));
        }
    }

    // Of two cores and 8 GiB the node's own pods take up to half a core and 1 GiB, and one more pod of each service comes with an upgrade.
    [Fact]
    public async Task The_chart_as_it_comes_fits_a_node_of_two_cores_and_8_GiB()
    {
        var manifests = await chart.RenderAsync("default");
        var scalers = manifests.Of("HorizontalPodAutoscaler").ToDictionary(s => s.Text("spec", "scaleTargetRef", "name")!, s => (long)s.At("spec", "minReplicas")!, StringComparer.Ordinal);
        decimal cpu = 0, memory = 0;
        foreach (var pod in manifests.Pods().Where(p => p.Serves))
        {
            var count = scalers.TryGetValue(pod.Owner.Name(), out var minimum) ? minimum : (long)pod.Owner.At("spec", "replicas")!;
            var containers = pod.AllContainers.ToList();
            cpu += (count + 1) * containers.Max(c => Quantity(c.Text("resources", "requests", "cpu")!));
            memory += (count + 1) * containers.Max(c => Quantity(c.Text("resources", "requests", "memory")!));
        }

        Assert.InRange(cpu, 0.1m, 1.5m);
        Assert.InRange(memory, 1m, 7m * 1024 * 1024 * 1024);
    }

    private static IEnumerable<JsonObject> Below(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(e => Below(e.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Below),
        _ => [],
    };

    private static decimal Quantity(string text)
    {
        var match = Amount().Match(text);
        Assert.True(match.Success, text);
        return decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) * match.Groups["unit"].Value switch
        {
            "m" => 0.001m,
            "Ki" => 1024m,
            "Mi" => 1024m * 1024,
            "Gi" => 1024m * 1024 * 1024,
            _ => 1m,
        };
    }

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QualifiedName();

    [GeneratedRegex("^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValue();

    [GeneratedRegex("^(?=.*[a-z])[a-z0-9](-?[a-z0-9]){0,14}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PortName();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VariableName();

    [GeneratedRegex("^[-._A-Za-z0-9]{1,253}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DataKey();

    [GeneratedRegex(@"^(?<number>[0-9]+(\.[0-9]+)?)(?<unit>m|Ki|Mi|Gi)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Amount();
}
