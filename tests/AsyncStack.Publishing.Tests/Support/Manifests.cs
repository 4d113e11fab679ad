using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace AsyncStack.Publishing.Tests.Support;

/// <summary>Parsed manifests.</summary>
internal sealed class Manifests(IReadOnlyList<JsonObject> all)
{
    public IReadOnlyList<JsonObject> All { get; } = all;

    public static Manifests Parse(string yaml)
    {
        // Duplicate keys are an error, as for the API server.
        var deserializer = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().WithDuplicateKeyChecking().Build();
        var parser = new MergingParser(new Parser(new StringReader(yaml)));
        parser.Consume<YamlDotNet.Core.Events.StreamStart>();
        var documents = new List<JsonObject>();
        while (parser.Accept<YamlDotNet.Core.Events.DocumentStart>(out _))
        {
            if (Json(deserializer.Deserialize<object?>(parser)) is JsonObject document)
                documents.Add(document);
        }

        return new Manifests(documents);
    }

    public IEnumerable<JsonObject> Of(params string[] kinds) => All.Where(m => kinds.Contains(m.Kind()));

    public JsonObject Get(string kind, string name) => All.Single(m => m.Kind() == kind && m.Name() == name);

    /// <summary>Every pod that the manifests make, by the object that makes it.</summary>
    public IEnumerable<Pod> Pods() => All.Select(Pod.Of).OfType<Pod>();

    private static JsonNode? Json(object? value) => value switch
    {
        null => null,
        IDictionary<object, object?> map => new JsonObject(map.Select(e => KeyValuePair.Create(Convert.ToString(e.Key, CultureInfo.InvariantCulture)!, Json(e.Value)))),
        IEnumerable<object?> list => new JsonArray([.. list.Select(Json)]),
        bool flag => JsonValue.Create(flag),
        string text => JsonValue.Create(text),
        float or double or decimal => JsonValue.Create(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };
}

/// <summary>A pod of some workload.</summary>
internal sealed record Pod(JsonObject Owner, JsonObject Metadata, JsonObject Spec)
{
    public string Name => $"{Owner.Kind()} {Owner.Name()}";

    /// <summary>It runs until somebody stops it.</summary>
    public bool Serves => Owner.Kind() is "Deployment" or "StatefulSet";

    public IEnumerable<JsonObject> Containers => Spec.List("containers");

    public IEnumerable<JsonObject> AllContainers => Spec.List("initContainers").Concat(Containers);

    public Dictionary<string, string> Labels => Metadata.At("labels").Texts();

    public static Pod? Of(JsonObject owner) => owner.Kind() switch
    {
        "Deployment" or "StatefulSet" or "Job" => From(owner, owner.At("spec", "template")),
        "CronJob" => From(owner, owner.At("spec", "jobTemplate", "spec", "template")),
        "Pod" => From(owner, owner),
        _ => null,
    };

    private static Pod From(JsonObject owner, JsonNode? template) => new(owner, (JsonObject)template!["metadata"]!, (JsonObject)template["spec"]!);
}

/// <summary>Ways into parsed manifests.</summary>
internal static class JsonPaths
{
    public static string Kind(this JsonObject manifest) => (string)manifest["kind"]!;

    public static string Name(this JsonObject manifest) => (string)manifest["metadata"]!["name"]!;

    public static JsonNode? At(this JsonNode? node, params string[] path) => path.Aggregate(node, (current, key) => (current as JsonObject)?[key]);

    public static IEnumerable<JsonObject> List(this JsonNode? node, params string[] path) => (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonNode? node, params string[] path) => node.At(path)?.ToString();

    public static Dictionary<string, string> Texts(this JsonNode? node) =>
        (node as JsonObject)?.ToDictionary(e => e.Key, e => e.Value?.ToString() ?? "", StringComparer.Ordinal) ?? [];

    /// <summary>Whether labels have everything that a selector asks for.</summary>
    public static bool Matches(this Dictionary<string, string> selector, Dictionary<string, string> labels) =>
        selector.All(s => labels.TryGetValue(s.Key, out var value) && value == s.Value);

    public static JsonObject As(this JsonNode? node) => (JsonObject)node!;

    /// <summary>Every text anywhere below.</summary>
    public static IEnumerable<string> AllTexts(this JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(e => AllTexts(e.Value)),
        JsonArray list => list.SelectMany(AllTexts),
        JsonValue value => [value.ToString()],
        _ => [],
    };
}
