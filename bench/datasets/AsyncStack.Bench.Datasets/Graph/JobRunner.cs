using System.Net.Http.Json;
using System.Text.Json;
using AsyncStack.Bench.Datasets.Measuring;

namespace AsyncStack.Bench.Datasets.Graph;

/// <summary>Uses the graph as a caller does, and watches what its worker uses meanwhile.</summary>
internal sealed class JobRunner(RunningGraph graph, HttpClient client)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Uploads by multipart, and says how long that took.</summary>
    public async Task<(string Id, double Seconds)> UploadAsync(Uri address, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("bench"), "owner_id" },
            { new StringContent(Path.GetFileNameWithoutExtension(path)), "name" },
            { new StringContent("csv"), "format" },
            { new StreamContent(file, 1 << 18), "file", Path.GetFileName(path) },
        };
        var started = TimeProvider.System.GetTimestamp();
        using var answer = await client.PostAsync(new Uri(address, "/datasets"), form, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        return (Text(await ReadAsync(answer, cancellationToken), "id")!, seconds);
    }

    /// <exception cref="InvalidOperationException">The dataset failed.</exception>
    public async Task WaitUntilReadyAsync(string dataset, CancellationToken cancellationToken)
    {
        while (true)
        {
            var seen = await GetAsync($"/datasets/{dataset}", cancellationToken);
            if (Text(seen, "status") == "ready")
                return;
            if (Text(seen, "status") == "failed")
                throw new InvalidOperationException($"The dataset failed: {Text(seen, "error_message")}");
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    public async Task DeleteAsync(string dataset, CancellationToken cancellationToken)
    {
        using var answer = await client.DeleteAsync(new Uri(graph.Api, $"/datasets/{dataset}"), cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Runs one job to its end and fetches its answer.</summary>
    /// <exception cref="InvalidOperationException">It was refused, or did not complete.</exception>
    public async Task<Measurement> RunAsync(Work work, string dataset, string output, CancellationToken cancellationToken)
    {
        ProcessUse.ForgetPeak(graph.Worker);
        var before = ProcessUse.CpuSeconds(graph.Worker);
        var posted = TimeProvider.System.GetTimestamp();
        var job = await CompleteAsync(await SubmitAsync(work, dataset, cancellationToken), cancellationToken);
        var wall = TimeProvider.System.GetElapsedTime(posted).TotalSeconds;
        var after = ProcessUse.CpuSeconds(graph.Worker);
        var seconds = (job.GetProperty("finished_at").GetDateTimeOffset() - job.GetProperty("started_at").GetDateTimeOffset()).TotalSeconds;
        var figures = new Measurement(seconds, after.User - before.User, after.System - before.System, ProcessUse.PeakBytes(graph.Worker), wall);
        await DownloadAsync(Text(job, "id")!, output, cancellationToken);
        return figures;
    }

    public async Task<string> SubmitAsync(Work work, string dataset, CancellationToken cancellationToken)
    {
        var parameters = work.JobType == "compare" ? $$"""{"baseline_dataset_id":"{{dataset}}"}""" : work.Params;
        using var body = new StringContent($$"""{"dataset_id":"{{dataset}}","job_type":"{{work.JobType}}","params":{{parameters}}}""");
        body.Headers.ContentType = new("application/json");
        using var answer = await client.PostAsync(new Uri(graph.Api, "/jobs"), body, cancellationToken);
        return Text(await ReadAsync(answer, cancellationToken), "id")!;
    }

    /// <exception cref="InvalidOperationException">It did not complete.</exception>
    public async Task<JsonElement> CompleteAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var job = await GetAsync($"/jobs/{id}", cancellationToken);
            if (Text(job, "job_status") is "failed" or "canceled")
                throw new InvalidOperationException($"The job {Text(job, "job_status")}: {Text(job, "error_message")}");
            if (Text(job, "job_status") == "completed")
                return job;
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    public async Task DownloadAsync(string id, string output, CancellationToken cancellationToken)
    {
        var address = Text(await GetAsync($"/jobs/{id}/result", cancellationToken), "download_url")!;
        await using var content = await client.GetStreamAsync(new Uri(graph.Api, address), cancellationToken);
        await using var file = File.Create(output);
        await content.CopyToAsync(file, 1 << 18, cancellationToken);
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri(graph.Api, path), cancellationToken);
        return await ReadAsync(answer, cancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) =>
        answer.IsSuccessStatusCode
            ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : throw new InvalidOperationException(
                $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
