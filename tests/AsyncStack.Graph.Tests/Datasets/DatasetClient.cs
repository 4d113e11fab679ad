using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AsyncStack.Graph.Tests.Datasets;

/// <summary>Uploads data and runs jobs on it through the gateway, as a caller would.</summary>
internal sealed class DatasetClient(HttpClient http)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Uploads a file and waits until it was validated.</summary>
    public async Task<JsonElement> UploadAsync(Stream content, string name, string format = "csv")
    {
        using var file = new StreamContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("graph-tests"), "owner_id" },
            { new StringContent(name), "name" },
            { new StringContent(format), "format" },
            { file, "file", $"{name}.{format}" },
        };
        using var response = await http.PostAsync("/datasets", form, Token);
        var dataset = await ReadAsync(response, HttpStatusCode.Created);
        return await ValidatedAsync(dataset.GetProperty("id").GetGuid());
    }

    /// <summary>Waits until a dataset is ready or failed.</summary>
    public async Task<JsonElement> ValidatedAsync(Guid id)
    {
        JsonElement dataset = default;
        await Waiting.ForAsync(
            async () =>
            {
                dataset = await GetAsync($"/datasets/{id}");
                return dataset.GetProperty("status").GetString() is "ready" or "failed";
            },
            "the dataset to be validated");
        return dataset;
    }

    /// <summary>Submits a job and returns it as it was accepted.</summary>
    public async Task<JsonElement> SubmitAsync(Guid dataset, string type, string parameters, Uri? callback = null)
    {
        using var response = await http.PostAsJsonAsync(
            "/jobs", new { dataset_id = dataset, job_type = type, @params = JsonNode.Parse(parameters), callback_url = callback }, Token);
        return await ReadAsync(response, HttpStatusCode.Created);
    }

    /// <summary>Runs a job to its end, which its live events tell, and returns it.</summary>
    public async Task<JsonElement> RunAsync(Guid dataset, string type, string parameters)
    {
        var job = await SubmitAsync(dataset, type, parameters);
        var id = job.GetProperty("id").GetGuid();
        await EventsAsync(id);
        return await GetAsync($"/jobs/{id}");
    }

    /// <summary>The names of a job's events, read live until the stream ends with the job.</summary>
    public async Task<List<string>> EventsAsync(Guid job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{job}/events");
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        var events = new List<string>();
        while (await reader.ReadLineAsync(Token) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                events.Add(line["event:".Length..].Trim());
            }
        }

        return events;
    }

    /// <summary>Downloads what a completed job has made.</summary>
    public async Task<byte[]> ResultAsync(Guid job)
    {
        var result = await GetAsync($"/jobs/{job}/result");
        Assert.StartsWith($"s3://job-results/{job}/", result.GetProperty("result_uri").GetString(), StringComparison.Ordinal);
        return await http.GetByteArrayAsync(new Uri(result.GetProperty("download_url").GetString()!), Token);
    }

    /// <summary>Runs a job that must complete, and returns its result.</summary>
    public async Task<byte[]> ResultOfAsync(Guid dataset, string type, string parameters)
    {
        var job = await RunAsync(dataset, type, parameters);
        Assert.True(job.GetProperty("job_status").GetString() == "completed", job.ToString());
        return await ResultAsync(job.GetProperty("id").GetGuid());
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await http.GetAsync(path, Token);
        return await ReadAsync(response, HttpStatusCode.OK);
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await http.GetAsync(path, Token);
        return response.StatusCode;
    }

    public async Task<HttpStatusCode> PostAsync(string path)
    {
        using var response = await http.PostAsync(path, null, Token);
        return response.StatusCode;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == expected, $"{response.RequestMessage?.RequestUri} answered {(int)response.StatusCode}: {body}");
        return JsonDocument.Parse(body).RootElement.Clone();
    }
}
