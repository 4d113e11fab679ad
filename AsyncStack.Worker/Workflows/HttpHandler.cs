using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AsyncStack.Core.Egress;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker.Workflows;

/// <summary>A request to send.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Method"><c>GET</c> unless there is a body, then <c>POST</c>.</param>
/// <param name="Headers">Headers of the request.</param>
/// <param name="Body">A text as it is, anything else as JSON.</param>
/// <param name="Expect">Statuses that count as success; null for all of 200 to 299.</param>
public sealed record HttpParameters(string Url, string? Method = null, IReadOnlyDictionary<string, string>? Headers = null, JsonElement? Body = null, IReadOnlyList<int>? Expect = null);

/// <summary>
/// Sends a request through guarded egress; the result is the answer. 408, 425, 429, 5xx and failures on the way are worth another attempt, other answers
/// that are not expected are not. Redirects are not followed.
/// </summary>
internal sealed class HttpHandler(EgressClient client) : IJobHandler<HttpParameters>
{
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly string[] OfContent = ["content-type", "content-language", "content-encoding"];

    public async ValueTask<JobOutcome> RunAsync(HttpParameters parameters, JobContext context)
    {
        try
        {
            using var request = Request(parameters, context);
            using var response = await client.SendAsync(request, context.CancellationToken);
            Log.HttpAnswered(context.Logger, request.Method.Method, parameters.Url, (int)response.StatusCode);
            return await OutcomeAsync(parameters, response, context.CancellationToken);
        }
        catch (Exception exception) when (Find<EgressRefusedException>(exception) is { } refused)
        {
            return new JobOutcome.Failed(refused.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new JobOutcome.Retry($"{parameters.Url} could not be reached: {exception.GetBaseException().Message}");
        }
        catch (Exception exception) when (exception is FormatException or UriFormatException)
        {
            return new JobOutcome.Failed($"The request cannot be made: {exception.Message}");
        }
    }

    private static HttpRequestMessage Request(HttpParameters parameters, JobContext context)
    {
        var body = parameters.Body is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given ? given : (JsonElement?)null;
        var request = new HttpRequestMessage(new HttpMethod(parameters.Method ?? (body is null ? "GET" : "POST")), new Uri(parameters.Url, UriKind.Absolute));
        if (body is { } content)
        {
            var text = content.ValueKind == JsonValueKind.String;
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(text ? content.GetString()! : content.GetRawText()));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(text ? "text/plain" : "application/json", "utf-8");
        }

        // The same over all attempts, so that a target can tell a repeat.
        request.Headers.TryAddWithoutValidation("Idempotency-Key", $"\"{context.JobId}\"");
        request.Headers.TryAddWithoutValidation("User-Agent", "AsyncStack-Workflow/1");
        if (context.TraceParent is { } trace)
        {
            request.Headers.TryAddWithoutValidation("traceparent", trace);
        }

        foreach (var (name, value) in parameters.Headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Add(request, name, value);
        }

        return request;
    }

    private static void Add(HttpRequestMessage request, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new FormatException($"the header '{name}' holds a line break.");
        }

        HttpHeaders headers = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) && request.Content is { } content ? content.Headers : request.Headers;
        headers.Remove(name);
        if (!headers.TryAddWithoutValidation(name, value))
        {
            throw new FormatException($"'{name}' is no header of a request.");
        }
    }

    private static async Task<JobOutcome> OutcomeAsync(HttpParameters parameters, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (await ReadAsync(response, cancellationToken) is not { } body)
        {
            return new JobOutcome.Failed($"{parameters.Url} answered {status} with more than {MaxAnswerBytes} bytes.");
        }

        if (parameters.Expect?.Contains(status) ?? status is >= 200 and <= 299)
        {
            return new JobOutcome.Completed(Result(status, response, body));
        }

        var error = $"{parameters.Url} answered {status}: {Excerpt(body)}";
        return status is 408 or 425 or 429 or >= 500 ? new JobOutcome.Retry(error, RetryAfter(response)) : new JobOutcome.Failed(error);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter?.Delta is { } delay && delay < TimeSpan.FromDays(1) ? delay : null;

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var block = new byte[16 * 1024];
        for (var read = await stream.ReadAsync(block, cancellationToken); read > 0; read = await stream.ReadAsync(block, cancellationToken))
        {
            buffer.Write(block, 0, read);
            if (buffer.Length > MaxAnswerBytes)
            {
                return null;
            }
        }

        return buffer.ToArray();
    }

    private static string Result(int status, HttpResponseMessage response, byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("status", status);
            json.WriteStartObject("headers");
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers.Where(h => OfContent.Contains(h.Key, StringComparer.OrdinalIgnoreCase))))
            {
                json.WriteString(name.ToLowerInvariant(), string.Join(", ", values));
            }

            json.WriteEndObject();
            json.WritePropertyName("body");
            WriteBody(json, response, body);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteBody(Utf8JsonWriter json, HttpResponseMessage response, byte[] body)
    {
        if (response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                JsonElement.Parse(body).WriteTo(json);
                return;
            }
            catch (JsonException)
            {
                // It says that it is JSON and is none: then it is a text.
            }
        }

        json.WriteStringValue(Encoding.UTF8.GetString(body));
    }

    private static string Excerpt(byte[] body) => Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 500)));

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
