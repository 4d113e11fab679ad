using System.Text.Json;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>Makes JSON that a schema lets pass, or almost.</summary>
internal sealed class JsonMaker(ApiDocument document, Known known)
{
    /// <param name="schema">The schema.</param>
    /// <param name="random">Decides.</param>
    /// <param name="spoil">Whether one field is to be wrong, missing or unknown.</param>
    /// <param name="name">The field it is for.</param>
    public string Make(JsonElement schema, Random random, bool spoil = false, string name = "")
    {
        var whole = document.Resolve(schema);
        if (whole.TryGetProperty("oneOf", out var choices))
        {
            return Make(random.Of([.. choices.EnumerateArray()]), random, spoil, name);
        }

        if (whole.TryGetProperty("enum", out var values))
        {
            return random.Of([.. values.EnumerateArray()]).GetRawText();
        }

        string[] types = whole.TryGetProperty("type", out var rule) ? [.. SchemaValidator.Types(rule)] : ["any"];
        return (types is ["null"] ? "null" : random.Of([.. types.Where(t => t != "null")])) switch
        {
            "null" => "null",
            "boolean" => random.Of(["true", "false"]),
            "object" => whole.TryGetProperty("properties", out var fields) ? Object(whole, fields, random, spoil) : Free(name, random),
            "integer" => random.NextInt64(Bound(whole, "minimum", 0), Bound(whole, "maximum", 1000) + 1L).ToString(),
            "array" when name == "steps" && random.OneIn(2) => "[{\"id\": \"t\", \"job_type\": \"echo\"}]",
            "array" when whole.TryGetProperty("items", out var items) => $"[{string.Join(", ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => Make(items, random, spoil && random.OneIn(2), name)))}]",
            "string" => JsonSerializer.Serialize(Text(whole, name, random)),
            _ => spoil ? Junk.Value(random) : random.Of(["1", "\"text\"", "[1, {\"a\": null}]", "{\"deep\": {\"er\": true}}", "null"]),
        };
    }

    private string Object(JsonElement schema, JsonElement properties, Random random, bool spoil)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(n => n.GetString()).ToHashSet() : [];
        var fields = properties.EnumerateObject().Where(p => required.Contains(p.Name) || random.OneIn(3))
            .Select(p => (p.Name, Value: Make(p.Value, random, name: p.Name))).ToList();
        if (spoil && fields.Count > 0)
        {
            Spoil(fields, random);
        }

        return "{" + string.Join(", ", fields.Select(f => $"\"{f.Name}\": {f.Value}")) + "}";
    }

    private static void Spoil(List<(string Name, string Value)> fields, Random random)
    {
        var at = random.Next(fields.Count);
        switch (random.Next(4))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Insert(at, (random.Of(["unknown", "\\ud800", "", "id", "__proto__"]), Junk.Value(random)));
                break;
            default:
                fields[at] = (fields[at].Name, Junk.Value(random));
                break;
        }
    }

    private string Free(string name, Random random) => name == "input" ? "{}" : name == "params"
        ? random.Of(["{}", "{\"metrics\": [\"rows\"]}", "{\"column\": \"a\", \"strategy\": \"IQR\"}", $"{{\"baseline_dataset_id\": \"{random.Of(known.Datasets)}\"}}"])
        : random.Of(["{\"n\": 1}", "{\"seconds\": 0}", "{}", $"{{\"dataset_id\": \"{random.Of(known.Datasets)}\", \"params\": {{}}}}"]);

    private string Text(JsonElement schema, string name, Random random) => (name, Format(schema)) switch
    {
        ("callback_url", _) => "https://example.com/hook",
        ("url", _) => $"https://example.com/{random.Next()}",
        ("job_type", _) => random.Of(["echo", "echo", "sleep", "external:x", "metrics"]),
        ("correlation_id", _) => random.OneIn(4) ? random.Of(known.Correlations) : $"c-{random.NextInt64()}",
        ("cron", _) => random.Of(["0 6 * * *", "0 0 12 ? * MON"]),
        ("time_zone", _) => "Europe/Berlin",
        ("workflow", _) => random.Of(known.Workflows),
        ("for_each", _) => "{{input.items}}",
        ("from", "date-time") => "2030-01-01T00:00:00Z",
        ("to", "date-time") => "2030-01-05T00:00:00Z",
        ("from", _) => "t",
        ("id", null) => $"s{random.Next(1000)}",
        ("dataset_id", _) => random.Of(known.Datasets),
        (_, "uuid") => random.Uuid(),
        (_, "date-time") => random.Of(["2020-01-31T12:00:00Z", "2100-01-31T12:00:00.123+02:00"]),
        _ => new string('t', Math.Max(Bound(schema, "minLength", 0), random.Next(1, Math.Min(40, Bound(schema, "maxLength", 40))))),
    };

    public static string? Format(JsonElement schema) => schema.TryGetProperty("format", out var format) ? format.GetString() : null;

    public static int Bound(JsonElement schema, string keyword, int otherwise) =>
        schema.TryGetProperty(keyword, out var bound) && bound.TryGetInt32(out var number) ? number : otherwise;
}
