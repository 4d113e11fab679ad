using System.Text;
using System.Text.Json;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>Makes the n-th request of a run: of the operations in turn, good, almost good or nothing like it.</summary>
internal sealed class RequestMaker(ApiDocument document, Known known, int seed)
{
    private static readonly string[] Accepts = ["application/json", "text/event-stream", "text/html", "*/*", "application/json;q=0.5, text/html;q=0.4", "x"];

    private static readonly string[] Queues = ["jobs.high", "jobs.low", "task_queue"];

    private readonly JsonMaker _json = new(document, known);

    public (ApiOperation Operation, HttpRequestMessage Request, string Text) Make(int n)
    {
        var operation = document.Operations[n % document.Operations.Count];
        var random = new Random(unchecked((seed * 1_000_003) + n));
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), Address(operation, random));
        var text = new StringBuilder($"{request.Method} {request.RequestUri}\n");
        foreach (var (name, value) in Headers(operation, random))
        {
            request.Headers.TryAddWithoutValidation(name, value);
            text.Append($"{name}: {value}\n");
        }

        if (operation.Bodies.Any() || operation.Method == "POST")
        {
            var (mediaType, body) = Body(operation, random);
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            text.Append($"Content-Type: {mediaType}\n\n{Encoding.Latin1.GetString(body)}");
        }

        return (operation, request, text.ToString());
    }

    private string Address(ApiOperation operation, Random random)
    {
        if (operation.Path.StartsWith("/api/v1/files/", StringComparison.Ordinal) && !random.OneIn(3))
        {
            return random.Of(operation.Method == "PUT" ? known.Uploads : known.Downloads);
        }

        var path = operation.Path;
        var query = new List<string>();
        foreach (var parameter in operation.Parameters)
        {
            var (name, schema) = (parameter.GetProperty("name").GetString()!, parameter.GetProperty("schema"));
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(PathValue(operation.Path, name, schema, random)), StringComparison.Ordinal);
                    break;
                case "query" when IsRequired(parameter) ? !random.OneIn(8) : random.OneIn(2):
                    query.Add($"{name}={QueryValue(name, schema, random)}");
                    break;
            }
        }

        if (random.OneIn(10))
        {
            query.Add(random.Of<string>(query.Count == 0 ? ["unknown=1", "&&=", "%FF=%FE"] : [query[0], "unknown=1", "limit=1&limit=2", "%FF=%FE"]));
        }

        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    private string PathValue(string path, string name, JsonElement schema, Random random)
    {
        if (!random.OneIn(4))
        {
            return name switch
            {
                "correlation_id" => random.Of(known.Correlations),
                "name" => random.Of(Queues),
                "workflow" or "schedule" => random.Of(known.Workflows),
                "step" => "t",
                "pool" or "signal" => $"p{random.Next(50)}",
                "id" when path.StartsWith("/api/v1/runs/", StringComparison.Ordinal) || path.StartsWith("/api/v1/backfills/", StringComparison.Ordinal) => random.Of(known.Runs),
                "id" when path.StartsWith("/api/v1/tasks/", StringComparison.Ordinal) => random.Of(known.Workflows),
                _ => JsonMaker.Format(schema) == "uuid" ? random.Of(known.Ids) : "me",
            };
        }

        // Dots alone would be another path, and a NUL is refused before there is a request.
        return random.OneIn(2) ? random.Uuid() : Junk.Text(random, printable: true);
    }

    private string QueryValue(string name, JsonElement schema, Random random)
    {
        if (random.OneIn(4))
        {
            return random.OneIn(8) ? "%FF%C3%28" : Uri.EscapeDataString(Junk.Text(random));
        }

        return name == "cursor" ? "AZDwxAAAcACAAAAAAAAAAQ" : Uri.EscapeDataString(_json.Make(schema, random, name: name).Trim('"'));
    }

    private static IEnumerable<(string Name, string Value)> Headers(ApiOperation operation, Random random)
    {
        foreach (var parameter in operation.Parameters.Where(p => p.GetProperty("in").GetString() == "header"))
        {
            if (random.OneIn(3))
            {
                yield return (parameter.GetProperty("name").GetString()!, random.OneIn(2) ? $"\"{random.Next(40)}\"" : Junk.Text(random, printable: true));
            }
        }

        if (random.OneIn(2))
        {
            yield return ("Accept", random.OneIn(6) ? Junk.Text(random, printable: true) : random.Of(Accepts));
        }

        if (random.OneIn(10))
        {
            yield return (random.Of(["X-Correlation-Id", "traceparent", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "Origin"]), Junk.Text(random, printable: true));
        }
    }

    private (string MediaType, byte[] Body) Body(ApiOperation operation, Random random)
    {
        if (!operation.Bodies.Any())
        {
            return random.OneIn(2) ? ("application/json", []) : (Junk.MediaType(random), Junk.Body(random, "{\"a\": 1}"));
        }

        var kind = random.Of([.. operation.Bodies]);
        var (mediaType, good) = kind.Name switch
        {
            "multipart/form-data" => ("multipart/form-data; boundary=b", Form(kind.Value.GetProperty("schema"), random, spoil: random.OneIn(3))),
            "application/json" => (kind.Name, _json.Make(kind.Value.GetProperty("schema"), random, spoil: random.OneIn(3))),
            _ => (kind.Name, "a,b\n1,2\n"),
        };
        var body = random.OneIn(6) ? Junk.Body(random, good) : Encoding.UTF8.GetBytes(good);
        return (random.OneIn(10) ? Junk.MediaType(random) : mediaType, body);
    }

    private string Form(JsonElement schema, Random random, bool spoil)
    {
        var parts = document.Resolve(schema).GetProperty("properties").EnumerateObject().Where(_ => !spoil || !random.OneIn(5))
            .Select(p => p.Name == "file"
                ? "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"d.csv\"\r\n\r\na,b\n1,2\n\r\n"
                : $"--b\r\nContent-Disposition: form-data; name=\"{p.Name}\"\r\n\r\n{FormValue(p.Value, random, spoil)}\r\n").ToArray();
        random.Shuffle(parts);
        return string.Concat(parts) + "--b--\r\n";
    }

    private string FormValue(JsonElement schema, Random random, bool spoil) =>
        spoil && random.OneIn(3) ? Junk.Text(random) : _json.Make(schema, random) is var text && text == "null" ? "csv" : text.Trim('"');

    private static bool IsRequired(JsonElement parameter) => parameter.TryGetProperty("required", out var required) && required.GetBoolean();
}
