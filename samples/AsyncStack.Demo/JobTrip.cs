using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace AsyncStack.Demo;

/// <summary>Submits one sample, waits for its verified callback and prints the way it went.</summary>
internal sealed class JobTrip(HttpClient client, Sample sample)
{
    /// <summary>Runs it; true when it ended as expected.</summary>
    public async Task<bool> RunAsync(TextWriter output)
    {
        await output.WriteLineAsync($"\n{sample.Title}");
        var request = sample.Request();
        request["callback_url"] = new Uri(client.BaseAddress!, "/webhook").ToString();
        var sent = TimeProvider.System.GetUtcNow();
        using var response = await client.PostAsJsonAsync("/api/process", request);
        var answered = TimeProvider.System.GetUtcNow();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (!response.IsSuccessStatusCode)
        {
            await output.WriteLineAsync($"  refused: {answer}");
            return false;
        }

        var correlationId = answer.GetProperty("correlation_id").GetString()!;
        var jobId = answer.GetProperty("job_id").GetString()!;
        await PrintAsync(output, sent, answered, "accepted", $"202, job {jobId}");
        if (sample.Cancel)
        {
            using var canceled = await client.PostAsync($"/jobs/{jobId}/cancel", null);
        }

        var callback = await CallbackAsync(correlationId);
        foreach (var step in (await client.GetFromJsonAsync<JsonElement>($"/jobs/{jobId}/events")).EnumerateArray())
        {
            await PrintAsync(output, sent, Time(step, "at"), step.GetProperty("event").GetString()!, Text(step, "detail"));
        }

        if (callback is not { } received)
        {
            await output.WriteLineAsync("  no callback came within 30 s");
            return false;
        }

        var verified = received.GetProperty("verified").GetBoolean();
        var type = received.GetProperty("type").GetString();
        await PrintAsync(
            output, sent, Time(received, "received_at"), "callback", $"{type}, signature {(verified ? "verified" : "WRONG")}, {Text(received, "webhook_id")}");
        return verified && type == sample.Ends;
    }

    private async Task<JsonElement?> CallbackAsync(string correlationId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/webhook?correlation_id={Uri.EscapeDataString(correlationId)}&wait=30");
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await client.SendAsync(request);
        var list = await response.Content.ReadFromJsonAsync<JsonElement>();
        return list.GetArrayLength() > 0 ? list[0] : null;
    }

    private static DateTimeOffset Time(JsonElement element, string name) => element.GetProperty(name).GetDateTimeOffset();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static Task PrintAsync(TextWriter output, DateTimeOffset sent, DateTimeOffset at, string step, string detail) =>
        output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"  {(at - sent).TotalMilliseconds,9:0.0} ms  {step,-10} {detail}"));
}
