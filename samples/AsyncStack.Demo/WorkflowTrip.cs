using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Demo;

/// <summary>Makes the workflow of <c>workflows/dataset-pipeline.json</c>, runs it over two uploaded datasets and shows how its steps went.</summary>
internal sealed class WorkflowTrip(HttpClient client, TextWriter output)
{
    private const string Name = "dataset-pipeline";

    /// <summary>Runs it; true when the run completed.</summary>
    public async Task<bool> RunAsync(Guid dataset, Guid baseline)
    {
        await output.WriteLineAsync($"\nworkflow: {Name}, started by POST /api/process");
        var definition = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "workflows", $"{Name}.json"));
        using var made = await client.PutAsync($"/api/v1/workflows/{Name}", new StringContent(definition, Encoding.UTF8, "application/json"));
        if (!made.IsSuccessStatusCode)
        {
            await output.WriteLineAsync($"  refused: {await made.Content.ReadAsStringAsync()}");
            return false;
        }

        using var response = await client.PostAsJsonAsync("/api/process", new
        {
            callback_url = new Uri(client.BaseAddress!, "/webhook"),
            workflow = Name,
            payload = new { dataset_id = dataset, baseline_dataset_id = baseline },
        });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (!response.IsSuccessStatusCode)
        {
            await output.WriteLineAsync($"  refused: {answer}");
            return false;
        }

        var told = await CalledBackAsync(answer.GetProperty("correlation_id").GetString()!);
        await ShowAsync(await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{answer.GetProperty("job_id").GetGuid()}"));
        await output.WriteLineAsync($"  callback: {told ?? "none within 60 s"}");
        return told == "job.completed";
    }

    private async Task ShowAsync(JsonElement run)
    {
        var began = run.GetProperty("started_at").GetDateTimeOffset();
        foreach (var step in run.GetProperty("steps").EnumerateArray())
        {
            var at = step.GetProperty("finished_at") is { ValueKind: JsonValueKind.String } finished
                ? (finished.GetDateTimeOffset() - began).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)
                : "-";
            await output.WriteLineAsync($"  {at,9} ms  {step.GetProperty("id").GetString(),-10} {step.GetProperty("state").GetString()}, {step.GetProperty("total")} job(s)");
        }

        await output.WriteLineAsync($"  result: {run.GetProperty("result")}");
    }

    private async Task<string?> CalledBackAsync(string correlationId)
    {
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/webhook?correlation_id={Uri.EscapeDataString(correlationId)}&wait=30");
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await client.SendAsync(request);
            var list = await response.Content.ReadFromJsonAsync<JsonElement>();
            if (list.GetArrayLength() > 0)
            {
                return list[0].GetProperty("type").GetString();
            }
        }

        return null;
    }
}
