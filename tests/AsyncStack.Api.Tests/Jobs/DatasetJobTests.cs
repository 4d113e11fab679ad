using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Jobs;

public sealed class DatasetJobTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_on_a_ready_dataset_is_created_queued_and_found_as_it_was_answered()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        var dataset = await AddDatasetAsync();

        var response = await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{\"metrics\":[\"rows\"],  \"limit_rows\":5}"));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var text = (await response.JsonAsync()).GetRawText();
        var job = JsonElement.Parse(text);
        var id = job.GetProperty("id").GetGuid();
        Assert.Equal($"/jobs/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal(
            [
                "id", "dataset_id", "job_type", "job_status", "params", "result_uri", "error_message", "created_at", "started_at", "finished_at", "attempt", "progress",
                "correlation_id", "priority", "max_attempts", "run_at", "callback_url", "trace_id",
            ],
            job.EnumerateObject().Select(p => p.Name));
        Assert.Equal("{\"metrics\":[\"rows\"],  \"limit_rows\":5}", job.GetProperty("params").GetRawText());
        Assert.Equal(text, (await (await api.Client.GetAsync($"/jobs/{id}", Cancel)).JsonAsync()).GetRawText());
        Assert.Equal([dataset], await api.ReadAsync<Guid[]>("select dataset_ids from jobs where id = $1", id));
        await broker.TakeAsync(Topology.JobsDefault, m => Encoding.UTF8.GetString(m.Body.Span).Contains(id.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_comparison_keeps_both_datasets()
    {
        var (dataset, baseline) = (await AddDatasetAsync(), await AddDatasetAsync());

        var job = await (await api.Client.PostAsync("/jobs", Body(dataset, "compare", $"{{\"baseline_dataset_id\":\"{baseline}\"}}"))).JsonAsync();

        Assert.Equal([dataset, baseline], await api.ReadAsync<Guid[]>("select dataset_ids from jobs where id = $1", job.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task The_same_types_come_in_by_process_too()
    {
        var dataset = await AddDatasetAsync();
        var body = Http.Body("\"job_type\":\"anomalies\"").Replace(
            "{\"n\":1}", $$"""{"dataset_id":"{{dataset}}","params":{"column":"a","strategy":"x"} }""", StringComparison.Ordinal);

        var accepted = await (await api.Client.PostAsync(Http.Process, body)).JsonAsync();

        var job = await (await api.Client.GetAsync($"/jobs/{accepted.GetProperty("job_id").GetGuid()}", Cancel)).JsonAsync();
        Assert.Equal(dataset, job.GetProperty("dataset_id").GetGuid());
        Assert.Equal("{\"column\":\"a\",\"strategy\":\"x\"}", job.GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task An_unknown_dataset_is_404_and_says_which()
    {
        var (dataset, unknown) = (await AddDatasetAsync(), Guid.NewGuid());

        var job = await (await api.Client.PostAsync("/jobs", Body(unknown, "metrics", "{}"))).ProblemAsync(HttpStatusCode.NotFound);
        var baseline = await (await api.Client.PostAsync("/jobs", Body(dataset, "compare", $"{{\"baseline_dataset_id\":\"{unknown}\"}}"))).ProblemAsync(HttpStatusCode.NotFound);

        Assert.StartsWith($"dataset_id is '{unknown}'", job.Detail(), StringComparison.Ordinal);
        Assert.StartsWith($"params.baseline_dataset_id is '{unknown}'", baseline.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uploaded", "uploaded")]
    [InlineData("validating", "validating")]
    [InlineData("failed", "line 3 has 2 cells")]
    public async Task A_dataset_that_is_not_ready_is_409_and_says_why(string status, string reason)
    {
        var dataset = await AddDatasetAsync(status);

        var problem = await (await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{}"))).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Contains(reason, problem.Detail(), StringComparison.Ordinal);
        Assert.Equal(0, await api.ReadAsync<long>("select count(*) from jobs where dataset_ids @> array[$1]", dataset));
    }

    [Theory]
    [InlineData("metrics", "[]", "params")]
    [InlineData("metrics", "{\"metrics\":[\"nonsense\"]}", "params.metrics")]
    [InlineData("metrics", "{\"duplicates\":{\"keep\":true}}", "params.duplicates.keep")]
    [InlineData("metrics", "{\"limit_rows\":0}", "params.limit_rows")]
    [InlineData("anomalies", "{\"strategy\":\"IQR\"}", "params.column")]
    [InlineData("normalize", "{\"fill_nulls\":{\"strategy\":\"guess\"}}", "params.fill_nulls.strategy")]
    [InlineData("compare", "{\"baseline_dataset_id\":\"x\"}", "params.baseline_dataset_id")]
    [InlineData("compare", "{}", "params.baseline_dataset_id")]
    [InlineData("metrics", "{\"\\ud800 and more\":1}", "params.metrics")]
    public async Task Wrong_params_are_400_and_named(string type, string parameters, string field)
    {
        var problem = await (await api.Client.PostAsync("/jobs", Body(Guid.NewGuid(), type, parameters))).ProblemAsync(HttpStatusCode.BadRequest);

        Assert.Contains(problem.GetProperty("errors").EnumerateObject(), e => e.Name == field);
    }

    [Theory]
    [InlineData("{}", "dataset_id", "job_type")]
    [InlineData("{\"dataset_id\":\"x\",\"job_type\":\"metrics\"}", "dataset_id")]
    [InlineData("{\"dataset_id\":\"0193a1b2-0000-7000-8000-000000000000\",\"job_type\":\"echo\"}", "job_type")]
    [InlineData("{\"dataset_id\":\"0193a1b2-0000-7000-8000-000000000000\",\"job_type\":\"dataset.validate\"}", "job_type")]
    [InlineData("{\"dataset_id\":\"0193a1b2-0000-7000-8000-000000000000\",\"job_type\":\"metrics\",\"callback_url\":\"ftp://x\"}", "callback_url")]
    [InlineData("[]", "$")]
    public async Task Other_wrong_fields_are_422_and_named(string body, params string[] fields)
    {
        var problem = await (await api.Client.PostAsync("/jobs", body)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.Equal(fields.Order(), problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Fact]
    public async Task A_repeat_gets_the_same_201_even_when_the_dataset_has_gone_since()
    {
        var dataset = await AddDatasetAsync();
        var key = ("Idempotency-Key", $"\"{Guid.NewGuid()}\"");
        var first = await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{}"), key);
        await api.ExecuteAsync("delete from datasets where id = $1", dataset);

        var second = await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{}"), key);
        var other = await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{ }"), key);

        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancel), await second.Content.ReadAsStringAsync(Cancel));
        await other.ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_list_holds_what_was_asked_for_newest_first_page_by_page()
    {
        var (dataset, other) = (await AddDatasetAsync(), await AddDatasetAsync());
        var ids = new List<Guid>();
        foreach (var on in new[] { dataset, dataset, other, dataset })
        {
            var job = await (await api.Client.PostAsync("/jobs", Body(on, "metrics", "{}"))).JsonAsync();
            ids.Add(job.GetProperty("id").GetGuid());
        }

        await api.Client.PostAsync($"/jobs/{ids[1]}/cancel", content: null, Cancel);

        var first = await api.Client.GetAsync($"/jobs?dataset_id={dataset}&limit=2", Cancel);
        Assert.Equal([ids[3], ids[1]], await IdsAsync(first));
        var second = await api.Client.GetAsync(first.Next(), Cancel);
        Assert.Equal([ids[0]], await IdsAsync(second));
        Assert.Null(second.Next());
        Assert.Equal([ids[1]], await IdsAsync(await api.Client.GetAsync($"/jobs?dataset_id={dataset}&status=canceled&job_type=metrics", Cancel)));
        Assert.Equal([ids[3], ids[0]], await IdsAsync(await api.Client.GetAsync($"/jobs?dataset_id={dataset}&status=pending", Cancel)));
        Assert.Empty(await IdsAsync(await api.Client.GetAsync($"/jobs?dataset_id={dataset}&job_type=echo", Cancel)));
    }

    [Fact]
    public async Task A_list_may_begin_with_the_oldest_and_end_at_times()
    {
        var dataset = await AddDatasetAsync();
        var (ids, times) = (new List<Guid>(), new List<string>());
        for (var i = 0; i < 3; i++)
        {
            var job = await (await api.Client.PostAsync("/jobs", Body(dataset, "metrics", "{}"))).JsonAsync();
            ids.Add(job.GetProperty("id").GetGuid());
            times.Add(Uri.EscapeDataString((await (await api.Client.GetAsync($"/jobs/{ids[i]}", Cancel)).JsonAsync()).GetProperty("created_at").GetString()!));
        }

        var first = await api.Client.GetAsync($"/jobs?dataset_id={dataset}&order=oldest&limit=2", Cancel);
        Assert.Equal([ids[0], ids[1]], await IdsAsync(first));
        Assert.Equal([ids[2]], await IdsAsync(await api.Client.GetAsync(first.Next(), Cancel)));
        Assert.Equal([ids[2]], await IdsAsync(await api.Client.GetAsync($"/jobs?dataset_id={dataset}&created_after={times[1]}", Cancel)));
        Assert.Equal([ids[0]], await IdsAsync(await api.Client.GetAsync($"/jobs?dataset_id={dataset}&created_before={times[1]}", Cancel)));
    }

    [Theory]
    [InlineData("status=done", "status")]
    [InlineData("order=random", "order")]
    [InlineData("created_after=yesterday", "created_after")]
    [InlineData("created_before=2030-01-31T12:00:00", "created_before")]
    [InlineData("dataset_id=x", "dataset_id")]
    [InlineData("limit=0", "limit")]
    [InlineData("job_type=%00", "job_type")]
    public async Task A_wrong_filter_is_refused(string query, string field)
    {
        var problem = await (await api.Client.GetAsync($"/jobs?{query}", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Params_too_long_for_a_list_are_shown_by_the_job_itself()
    {
        var accepted = await (await api.Client.PostAsync("/task", $"\"{new string('x', 20_000)}\"")).JsonAsync();
        var id = accepted.GetProperty("task_id").GetGuid();

        var listed = (await (await api.Client.GetAsync("/jobs?limit=1", Cancel)).JsonAsync())[0];
        var job = await (await api.Client.GetAsync($"/jobs/{id}", Cancel)).JsonAsync();

        Assert.Equal((id, JsonValueKind.Null), (listed.GetProperty("id").GetGuid(), listed.GetProperty("params").ValueKind));
        Assert.Equal(20_000, job.GetProperty("params").GetString()!.Length);
        Assert.Equal(JsonValueKind.Null, job.GetProperty("dataset_id").ValueKind);
    }

    [Fact]
    public async Task A_stored_result_can_be_downloaded_by_the_url_it_is_given_with()
    {
        var id = await AddJobAsync("completed");
        var uri = new ObjectUri(StorageBuckets.JobResults, $"{id}/metrics.json");
        using var content = new MemoryStream("{\"rows\":3}"u8.ToArray());
        await api.Host.Services.GetRequiredService<IObjectStorage>().PutAsync(uri, content, cancellationToken: Cancel);
        await api.ExecuteAsync("update jobs set result_uri = $2 where id = $1", id, uri.ToString());

        var result = await (await api.Client.GetAsync($"/jobs/{id}/result", Cancel)).JsonAsync();

        Assert.Equal(["result_uri", "download_url"], result.EnumerateObject().Select(p => p.Name));
        Assert.Equal(uri.ToString(), result.GetProperty("result_uri").GetString());
        var url = new Uri(result.GetProperty("download_url").GetString()!, UriKind.Absolute);
        Assert.Equal("{\"rows\":3}", await api.Client.GetStringAsync(url, Cancel));
    }

    [Fact]
    public async Task A_small_result_stands_in_the_answer()
    {
        var id = await AddJobAsync("completed");
        await (await api.Client.GetAsync($"/jobs/{id}/result", Cancel)).ProblemAsync(HttpStatusCode.NotFound);

        await api.ExecuteAsync("update jobs set result = '{\"a\": 1.50}' where id = $1", id);

        var result = await (await api.Client.GetAsync($"/jobs/{id}/result", Cancel)).JsonAsync();
        Assert.Equal("{\"a\": 1.50}", result.GetProperty("result").GetRawText());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("download_url").ValueKind);
    }

    [Theory]
    [InlineData("queued", "pending")]
    [InlineData("running", "running")]
    [InlineData("failed", "failed")]
    public async Task A_job_that_has_not_completed_has_no_result(string state, string status)
    {
        var problem = await (await api.Client.GetAsync($"/jobs/{await AddJobAsync(state)}/result", Cancel)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Contains($"is {status};", problem.Detail(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/result")]
    public async Task An_unknown_job_is_404(string path) =>
        await (await api.Client.GetAsync($"/jobs/{Guid.NewGuid()}{path}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);

    private static string Body(Guid dataset, string type, string parameters) =>
        $$"""{"dataset_id":"{{dataset}}","job_type":"{{type}}","params":{{parameters}}}""";

    private static async Task<Guid[]> IdsAsync(HttpResponseMessage response) =>
        [.. (await response.JsonAsync()).EnumerateArray().Select(j => j.GetProperty("id").GetGuid())];

    private async Task<Guid> AddDatasetAsync(string status = "ready")
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into datasets (id, owner_id, name, format, storage_uri, status, error_message, created_at, updated_at)
            values ($1, 'me', 'd', 'csv', 's3://datasets/me/d.csv', $2, case when $2 = 'failed' then 'line 3 has 2 cells' end, now(), now())
            """, id, status);
        return id;
    }

    private async Task<Guid> AddJobAsync(string state)
    {
        var id = Guid.CreateVersion7();
        await api.ExecuteAsync("""
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at)
            values ($1, 'c-' || $1, 'sleep', '{"seconds": 0}', $2, 3, 60, now())
            """, id, state);
        return id;
    }
}
