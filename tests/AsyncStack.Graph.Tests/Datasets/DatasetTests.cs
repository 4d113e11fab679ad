using System.Net;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Graph.Tests.Datasets;

public sealed class DatasetTests(RunningGraphFixture graph)
{
    private readonly DatasetClient _client = new(graph.Client.Http);

    [Fact]
    public async Task An_uploaded_file_becomes_ready_with_its_shape_and_types()
    {
        var dataset = await _client.UploadAsync(GeneratedTable.Small(1000), "shape");

        Assert.Equal("ready", dataset.GetProperty("status").GetString());
        Assert.Equal(1000, dataset.GetProperty("row_count").GetInt64());
        Assert.Equal(
            ["id integer", "value integer", "name string"],
            dataset.GetProperty("columns").EnumerateArray().Select(c => $"{c.GetProperty("name").GetString()} {c.GetProperty("type").GetString()}"));
    }

    [Fact]
    public async Task A_ragged_file_fails_with_its_line()
    {
        var dataset = await _client.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes("a,b\n1,2\n3,4,5\n")), "ragged");

        Assert.Equal("failed", dataset.GetProperty("status").GetString());
        Assert.Contains("line 3", dataset.GetProperty("error_message").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Metrics_are_computed_and_their_end_is_called_back_once()
    {
        var dataset = await ReadyAsync(1000);

        var job = await _client.SubmitAsync(dataset, "metrics", """{"metrics": ["rows", "columns", "null_ratio", "duplicates"]}""", graph.Webhook);

        var id = job.GetProperty("id").GetGuid();
        var callback = Assert.Single(await graph.WebhooksAsync(id.ToString()));
        Assert.True(callback.GetProperty("verified").GetBoolean());
        Assert.Equal("job.completed", callback.GetProperty("type").GetString());
        var metrics = JsonDocument.Parse(await _client.ResultAsync(id)).RootElement.GetProperty("metrics");
        Assert.Equal(1000, metrics.GetProperty("rows").GetInt64());
        Assert.Equal(3, metrics.GetProperty("columns").GetInt32());
        Assert.Equal(0.1 / 3, metrics.GetProperty("null_ratio").GetDouble(), 12);
        Assert.Equal(0, metrics.GetProperty("duplicates").GetInt64());
    }

    [Fact]
    public async Task Live_events_tell_the_way_of_a_job_and_end_with_it()
    {
        var dataset = await ReadyAsync(1000);

        var job = await _client.SubmitAsync(dataset, "anomalies", """{"column": "value", "strategy": "IQR"}""");
        var events = await _client.EventsAsync(job.GetProperty("id").GetGuid());

        Assert.Equal("created", events[0]);
        Assert.Contains("started", events);
        Assert.Equal("finished", events[^1]);
    }

    [Fact]
    public async Task An_absent_column_fails_the_job_with_the_columns_there_are()
    {
        var dataset = await ReadyAsync(10);

        var job = await _client.RunAsync(dataset, "anomalies", """{"column": "nowhere", "strategy": "zscore"}""");

        Assert.Equal("failed", job.GetProperty("job_status").GetString());
        Assert.Contains("nowhere", job.GetProperty("error_message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, await _client.StatusAsync($"/jobs/{job.GetProperty("id").GetGuid()}/result"));
    }

    [Fact]
    public async Task Cells_that_no_step_touches_are_the_inputs_byte_for_byte()
    {
        var dataset = await ReadyAsync(1000);

        var result = await _client.ResultOfAsync(
            dataset, "normalize", """{"fill_nulls": {"strategy": "constant", "value": -1.5, "columns": ["value"]}}""");

        Assert.Equal(GeneratedTable.Text(1000).Replace(",,", ",-1.5,", StringComparison.Ordinal), Encoding.UTF8.GetString(result));
    }

    [Fact]
    public async Task Two_datasets_are_compared_and_the_shifted_column_is_found()
    {
        var baseline = await ReadyAsync(1000);
        var shifted = (await _client.UploadAsync(GeneratedTable.Small(1000, shift: 50), "shifted")).GetProperty("id").GetGuid();

        var result = Encoding.UTF8.GetString(await _client.ResultOfAsync(shifted, "compare", $$"""{"baseline_dataset_id": "{{baseline}}"}"""));

        var drifted = JsonDocument.Parse(result).RootElement.GetProperty("columns").EnumerateArray()
            .Where(c => c.GetProperty("drifted").GetBoolean()).Select(c => c.GetProperty("name").GetString());
        Assert.Equal(["value"], drifted);
    }

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_a_job_leaves_nothing_behind_and_the_job_ends_right()
    {
        using var file = GeneratedTable.Large(megabytes: 250);
        var dataset = await _client.UploadAsync(file, "large");
        Assert.Equal("ready", dataset.GetProperty("status").GetString());
        var rows = dataset.GetProperty("row_count").GetInt64();

        var id = (await _client.SubmitAsync(dataset.GetProperty("id").GetGuid(), "metrics", """{"metrics": ["rows", "duplicates", "profile"]}"""))
            .GetProperty("id").GetGuid();
        await Waiting.ForAsync(async () => (await _client.GetAsync($"/jobs/{id}")).GetProperty("progress").GetDouble() > 0);
        await Chaos.KillAsync(graph.App, "worker");
        Assert.Empty(graph.TemporaryFiles());
        await graph.HealthyAsync("worker");
        var events = await _client.EventsAsync(id);

        Assert.Equal("finished", events[^1]);
        var job = await _client.GetAsync($"/jobs/{id}");
        Assert.Equal(2, job.GetProperty("attempt").GetInt32());
        var metrics = JsonDocument.Parse(await _client.ResultAsync(id)).RootElement.GetProperty("metrics");
        Assert.Equal(rows, metrics.GetProperty("rows").GetInt64());
        Assert.Equal(rows, metrics.GetProperty("duplicates").GetInt64());
        Assert.Empty(graph.TemporaryFiles());
    }

    [Fact]
    public async Task A_running_job_is_canceled_within_a_second_and_leaves_no_result()
    {
        using var file = GeneratedTable.Large(megabytes: 250);
        var dataset = (await _client.UploadAsync(file, "canceled")).GetProperty("id").GetGuid();
        var id = (await _client.SubmitAsync(dataset, "metrics", """{"metrics": ["profile"]}""")).GetProperty("id").GetGuid();
        await Waiting.ForAsync(async () => (await _client.GetAsync($"/jobs/{id}")).GetProperty("job_status").GetString() == "running");

        Assert.Equal(HttpStatusCode.OK, await _client.PostAsync($"/jobs/{id}/cancel"));

        Assert.Equal("canceled", (await _client.EventsAsync(id))[^1]);
        // The next job would wait its turn behind one that did not stop.
        await _client.ResultOfAsync(await ReadyAsync(10), "metrics", "{}");
        Assert.Equal(HttpStatusCode.Conflict, await _client.StatusAsync($"/jobs/{id}/result"));
        Assert.Empty(graph.TemporaryFiles());
    }

    private async Task<Guid> ReadyAsync(int rows)
    {
        var dataset = await _client.UploadAsync(GeneratedTable.Small(rows), $"table {rows}");
        Assert.True(dataset.GetProperty("status").GetString() == "ready", dataset.ToString());
        return dataset.GetProperty("id").GetGuid();
    }
}
