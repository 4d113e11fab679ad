using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AsyncStack.Demo;

/// <summary>Uploads two small tables and shows what the dataset jobs make of them.</summary>
internal sealed class DatasetTrip(HttpClient client, TextWriter output)
{
    private const int Rows = 2000;

    /// <summary>Runs it; true when every step ended well.</summary>
    public async Task<bool> RunAsync()
    {
        await output.WriteLineAsync("\ndatasets: one table, and the same a day and 4 degrees later");
        if (await UploadAsync("monday", shift: 0) is not { } monday || await UploadAsync("tuesday", shift: 4) is not { } tuesday)
            return false;
        return await ShowAsync(monday, "metrics", """{"metrics": ["rows", "null_ratio", "duplicates"]}""", json => json.GetProperty("metrics").ToString())
            & await ShowAsync(monday, "anomalies", """{"column": "celsius", "strategy": "IQR"}""", json => $"{json.GetProperty("anomalies")} in rows {json.GetProperty("rows")}")
            & await ShowAsync(
                monday,
                "normalize",
                """{"drop_duplicates": {}, "fill_nulls": {"strategy": "median"}, "normalize": {"columns": ["celsius"]}}""")
            & await ShowAsync(
                tuesday,
                "compare",
                $$"""{"baseline_dataset_id": "{{monday}}", "columns": ["celsius", "station"]}""",
                json => $"drifted: {json.GetProperty("drifted")}")
            & await new WorkflowTrip(client, output).RunAsync(tuesday, monday);
    }

    // Every twentieth value is missing, every two hundredth row is there twice, and two sensors have failed.
    private static string Table(double shift)
    {
        var text = new StringBuilder("minute,station,celsius\n");
        for (var i = 0; i < Rows; i++)
        {
            var celsius = i is 700 or 1400 ? -99.5 : 15 + shift + Math.Round(8 * Math.Sin(i / 90.0), 1);
            var row = string.Create(CultureInfo.InvariantCulture, $"{i},\"station {i % 4}\",{(i % 20 == 7 ? "" : celsius.ToString("0.0", CultureInfo.InvariantCulture))}\n");
            text.Append(row).Append(i % 200 == 50 ? row : "");
        }

        return text.ToString();
    }

    private async Task<Guid?> UploadAsync(string name, double shift)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("demo"), "owner_id" }, { new StringContent(name), "name" }, { new StringContent("csv"), "format" },
            { new StringContent(Table(shift)), "file", name + ".csv" },
        };
        using var response = await client.PostAsync("/datasets", form);
        var dataset = await response.Content.ReadFromJsonAsync<JsonElement>();
        while (response.IsSuccessStatusCode && dataset.GetProperty("status").GetString() is not ("ready" or "failed"))
        {
            await Task.Delay(20);
            dataset = await client.GetFromJsonAsync<JsonElement>($"/datasets/{dataset.GetProperty("id").GetGuid()}");
        }

        var ready = response.IsSuccessStatusCode && dataset.GetProperty("status").GetString() == "ready";
        await PrintAsync("uploaded", ready ? $"{name}: {dataset.GetProperty("row_count")} rows, {Types(dataset)}" : $"refused: {dataset}");
        return ready ? dataset.GetProperty("id").GetGuid() : null;
    }

    /// <summary>Runs a job to its end, which its live events tell; shows what <paramref name="tell"/> makes of its result, or the first lines.</summary>
    private async Task<bool> ShowAsync(Guid dataset, string type, string parameters, Func<JsonElement, string>? tell = null)
    {
        using var response = await client.PostAsJsonAsync("/jobs", new { dataset_id = dataset, job_type = type, @params = JsonNode.Parse(parameters) });
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (!response.IsSuccessStatusCode)
        {
            await PrintAsync(type, $"refused: {job}");
            return false;
        }

        var path = $"/jobs/{job.GetProperty("id").GetGuid()}";
        using (var live = new HttpRequestMessage(HttpMethod.Get, path + "/events") { Headers = { { "Accept", "text/event-stream" } } })
            (await client.SendAsync(live)).Dispose();
        job = await client.GetFromJsonAsync<JsonElement>(path);
        if (job.GetProperty("job_status").GetString() != "completed")
        {
            await PrintAsync(type, $"{job.GetProperty("job_status")}: {job.GetProperty("error_message")}");
            return false;
        }

        var result = await client.GetFromJsonAsync<JsonElement>(path + "/result");
        var text = await client.GetStringAsync(result.GetProperty("download_url").GetString());
        await PrintAsync(type, tell?.Invoke(JsonElement.Parse(text)) ?? string.Join(" | ", text.Split('\n').Take(4)));
        return true;
    }

    private static string Types(JsonElement dataset) =>
        string.Join(", ", dataset.GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name")} {c.GetProperty("type")}"));

    private Task PrintAsync(string step, string detail) => output.WriteLineAsync($"  {step,-10} {detail}");
}
