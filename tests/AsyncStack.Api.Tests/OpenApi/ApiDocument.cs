using System.Text.Json;

namespace AsyncStack.Api.Tests.OpenApi;

/// <summary>The served document, as the tests read it.</summary>
internal sealed class ApiDocument(JsonElement root)
{
    public static async Task<ApiDocument> ReadAsync(HttpClient client, CancellationToken cancellationToken) =>
        new(JsonElement.Parse(await client.GetByteArrayAsync("/openapi/v1.json", cancellationToken)));

    /// <summary>In the document's order.</summary>
    public IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. from path in root.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select new ApiOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value),
    ];

    /// <summary>The schema that is meant, when this one only names it.</summary>
    public JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1])
        : schema;
}

/// <summary>An operation of the document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonElement Json)
{
    public string Id => Json.GetProperty("operationId").GetString()!;

    public IEnumerable<JsonElement> Parameters => Json.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];

    public IEnumerable<JsonProperty> Bodies =>
        Json.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").EnumerateObject() : [];

    public IEnumerable<JsonProperty> Answers => Json.GetProperty("responses").EnumerateObject();

    /// <summary>What an answer holds, by media type.</summary>
    public static IEnumerable<JsonProperty> Contents(JsonElement answer) =>
        answer.TryGetProperty("content", out var content) ? content.EnumerateObject() : [];

    public override string ToString() => $"{Method} {Path}";
}
