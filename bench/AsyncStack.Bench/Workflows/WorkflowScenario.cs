using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AsyncStack.Bench.Reporting;
using Npgsql;

namespace AsyncStack.Bench.Workflows;

/// <summary>Runs workflows through the Api and reads from the database how long they took between their steps.</summary>
internal sealed class WorkflowScenario(Uri api, NpgsqlDataSource database) : IDisposable
{
    private const double StepSeconds = 0.01;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client = new() { BaseAddress = api };

    /// <summary>A chain of 40 steps of 10 ms, one run after the other: from the start of one step to that of the next, less its 10 ms.</summary>
    public async Task<(Percentiles Overhead, double[] Totals)> SequenceAsync(int rounds, CancellationToken cancellationToken)
    {
        await PutAsync("bench-sequence", Steps(40, i => i == 0 ? [] : [i - 1], "sleep", StepSeconds), cancellationToken);
        await RunAsync("bench-sequence", new JsonObject(), cancellationToken);
        var (gaps, totals) = (new List<TimeSpan>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var run = await RunAsync("bench-sequence", new JsonObject(), cancellationToken);
            totals.Add(run.Seconds);
            var starts = await StartsAsync(run.Id, cancellationToken);
            gaps.AddRange(starts.Zip(starts.Skip(1), (a, b) => b - a - TimeSpan.FromSeconds(StepSeconds)));
        }

        return (Percentiles.Of(gaps), [.. totals]);
    }

    /// <summary>40 steps of 10 ms that depend on none.</summary>
    public async Task<double[]> ParallelAsync(int rounds, CancellationToken cancellationToken)
    {
        await PutAsync("bench-parallel", Steps(40, _ => [], "sleep", StepSeconds), cancellationToken);
        return await RepeatAsync("bench-parallel", new JsonObject(), rounds, cancellationToken);
    }

    /// <summary>A thousand jobs of one step that do nothing, and one that takes all their results.</summary>
    public async Task<double[]> FanOutAsync(int rounds, CancellationToken cancellationToken)
    {
        var definition = new JsonObject
        {
            ["steps"] = new JsonArray(
                new JsonObject { ["id"] = "each", ["job_type"] = "echo", ["for_each"] = "{{input.list}}", ["params"] = new JsonObject { ["v"] = "{{item}}" } },
                new JsonObject { ["id"] = "all", ["job_type"] = "echo", ["depends_on"] = new JsonArray("each"), ["params"] = new JsonObject { ["r"] = "{{steps.each.result}}" } }),
        };
        await PutAsync("bench-fan-out", definition, cancellationToken);
        var list = new JsonArray([.. Enumerable.Range(0, 1000).Select(i => (JsonNode)i)]);
        return await RepeatAsync("bench-fan-out", new JsonObject { ["list"] = list }, rounds, cancellationToken);
    }

    /// <summary>Many runs of ten steps at once; steps a second from the first request to the last end.</summary>
    public async Task<double> ConcurrentAsync(int runs, CancellationToken cancellationToken)
    {
        await PutAsync("bench-chain", Steps(10, i => i == 0 ? [] : [i - 1], "echo", 0), cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => StartAsync("bench-chain", new JsonObject(), cancellationToken)));
        await DrainAsync(cancellationToken);
        var began = await NowAsync(cancellationToken);
        var ids = await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => StartAsync("bench-chain", new JsonObject(), cancellationToken)));
        await DrainAsync(cancellationToken);
        await using var command = database.CreateCommand("select max(finished_at), count(*) filter (where state = 'completed') from workflow_runs where id = any($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = ids });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetInt64(1) == runs
            ? runs * 10 / (row.GetFieldValue<DateTimeOffset>(0) - began).TotalSeconds
            : throw new InvalidOperationException($"{runs - row.GetInt64(1)} runs did not complete.");
    }

    public void Dispose() => _client.Dispose();

    private static JsonObject Steps(int count, Func<int, int[]> before, string type, double seconds) => new()
    {
        ["steps"] = new JsonArray([.. Enumerable.Range(0, count).Select(i => (JsonNode)new JsonObject
        {
            ["id"] = $"s{i}",
            ["job_type"] = type,
            ["params"] = type == "sleep" ? new JsonObject { ["seconds"] = seconds } : new JsonObject { ["v"] = i },
            ["depends_on"] = new JsonArray([.. before(i).Select(d => (JsonNode)$"s{d}")]),
        })]),
    };

    private async Task<double[]> RepeatAsync(string workflow, JsonObject input, int rounds, CancellationToken cancellationToken)
    {
        await RunAsync(workflow, input, cancellationToken);
        var totals = new double[rounds];
        for (var round = 0; round < rounds; round++)
            totals[round] = (await RunAsync(workflow, input, cancellationToken)).Seconds;
        return totals;
    }

    private async Task<(Guid Id, double Seconds)> RunAsync(string workflow, JsonObject input, CancellationToken cancellationToken)
    {
        var began = await NowAsync(cancellationToken);
        var id = await StartAsync(workflow, input, cancellationToken);
        await DrainAsync(cancellationToken);
        await using var command = database.CreateCommand("select finished_at, state from workflow_runs where id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetString(1) == "completed"
            ? (id, (row.GetFieldValue<DateTimeOffset>(0) - began).TotalSeconds)
            : throw new InvalidOperationException($"A run of {workflow} has {row.GetString(1)}.");
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var command = database.CreateCommand("select count(*) from workflow_runs where state in ('queued', 'running')");
        while ((long)(await command.ExecuteScalarAsync(cancellationToken))! > 0)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new TimeoutException($"Runs have not ended after {Patience.TotalSeconds} s.");
            await Task.Delay(20, cancellationToken);
        }
    }

    private async Task PutAsync(string name, JsonObject definition, CancellationToken cancellationToken)
    {
        using var response = await _client.PutAsync($"/api/v1/workflows/{name}", new StringContent(definition.ToJsonString(), Encoding.UTF8, "application/json"), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task<Guid> StartAsync(string workflow, JsonObject input, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsJsonAsync($"/api/v1/workflows/{workflow}/runs", new JsonObject { ["input"] = input.DeepClone() }, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetGuid();
    }

    private async Task<List<DateTimeOffset>> StartsAsync(Guid run, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select j.started_at from jobs j join workflow_steps s on s.run_id = j.run_id and s.step = j.step where j.run_id = $1 order by s.place");
        command.Parameters.Add(new NpgsqlParameter { Value = run });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var starts = new List<DateTimeOffset>();
        while (await rows.ReadAsync(cancellationToken))
            starts.Add(rows.GetFieldValue<DateTimeOffset>(0));
        return starts;
    }

    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
