using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Projects;

namespace AsyncStack.Graph.Tests;

/// <summary>
/// Two workers of a graph of their own are killed at random moments, now the one that leads the schedules, now any. <c>CHAOS_SEED</c> takes other
/// moments than the usual ones.
/// </summary>
public sealed class WorkflowChaosTests(ITestOutputHelper output)
{
    private const int Runs = 200;
    private const int Kills = 6;

    private const string Definition = """
        {
          "steps": [
            {"id": "begin", "job_type": "echo", "params": {"n": "{{input.n}}"}},
            {"id": "work", "job_type": "sleep", "depends_on": ["begin"], "for_each": "{{input.list}}", "concurrency": 2, "max_attempts": 20, "params": {"seconds": 0.2}},
            {"id": "side", "job_type": "sleep", "depends_on": ["begin"], "max_attempts": 20, "params": {"seconds": 1}},
            {"id": "pause", "job_type": "wait", "depends_on": ["side"], "params": {"seconds": 0.5}},
            {"id": "join", "job_type": "echo", "depends_on": ["work", "pause"], "params": {"n": "{{steps.begin.result.n}}", "slept": "{{steps.work.result}}"}}
          ]
        }
        """;

    private const string LeaderSql = """
        select coalesce(array_agg(split_part(application_name, ' ', 2)), '{}') from pg_stat_activity where application_name like 'asyncstack-schedule-leader %'
        """;

    private const string WorkersSql = "select coalesce(array_agg(pid::text order by id), '{}') from workers where lease_until > now()";

    private static readonly int[] Items = [1, 2, 3];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_end_right_and_each_step_counts_once_however_workers_and_the_leader_die()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CHAOS_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 20_261;
        output.WriteLine($"CHAOS_SEED={seed}");
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<AsyncStack_AppHost>(
            ["--Replicas:worker=2", "--Override:worker:Worker__Concurrency=64"], Cancel);
        await using var app = await builder.BuildAsync(Cancel);
        await app.StartAsync(Cancel);
        foreach (var resource in (string[])["api", "worker"])
        {
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, Cancel);
        }

        using var http = app.CreateHttpClient("api", "http");
        await using var database = NpgsqlDataSource.Create((await app.GetConnectionStringAsync("asyncstack", Cancel))!);
        await PutAsync(http, "chaos", Definition);
        await PutAsync(http, "tick", """{"steps": [{"id": "t", "job_type": "echo"}], "schedule": {"cron": "* * * * * ?", "catch_up": "all", "catch_up_limit": 1000}}""");

        var (moments, delays) = (new Random(seed), new Random(seed + 1));
        var killing = KillAsync(app, database, moments);
        var runs = await Task.WhenAll(Enumerable.Range(0, Runs).Select(n => StartAsync(http, n, delays.Next(50))));
        await killing;
        await Waiting.ForAsync(async () => await ScalarAsync<long>(database, "select count(*) from workflow_runs where workflow = 'chaos' and finished_at is null") == 0);

        await CheckAsync(database, runs);
        await CheckTicksAsync(database);
        await Chaos.WriteLogsAsync(app);
    }

    private static async Task KillAsync(DistributedApplication app, NpgsqlDataSource database, Random random)
    {
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(random.Next(300, 2500), Cancel);
            var (sql, any) = (kill % 2 == 0 ? LeaderSql : WorkersSql, random.Next(2));
            // One that was killed a moment ago still has its lease, or its connection.
            await Waiting.ForAsync(async () => Kill(await ScalarAsync<string[]>(database, sql), any));
        }

        await app.ResourceNotifications.WaitForResourceHealthyAsync("worker", Cancel);
    }

    private static bool Kill(string[] pids, int any)
    {
        var living = pids.Select(Find).OfType<Process>().ToList();
        if (living.Count > 0)
        {
            living[any % living.Count].Kill();
        }

        living.ForEach(p => p.Dispose());
        return living.Count > 0;
    }

    private static Process? Find(string pid)
    {
        try
        {
            return Process.GetProcessById(int.Parse(pid, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static async Task CheckAsync(NpgsqlDataSource database, Guid[] runs)
    {
        Assert.Equal(Runs, await ScalarAsync<long>(database, "select count(*) from workflow_runs where state = 'completed' and id = any($1)", runs));
        // Every step counted each of its jobs once, and no job ended twice or was made twice.
        Assert.Equal(0, await ScalarAsync<long>(database, "select count(*) from workflow_steps where run_id = any($1) and (state <> 'completed' or completed <> total)", runs));
        Assert.Equal(0, await ScalarAsync<long>(database, """
            select count(*) from (
                select 1 from jobs where run_id = any($1) group by run_id, step, step_index, step_round having count(*) > 1) doubled
            """, runs));
        Assert.Equal(0, await ScalarAsync<long>(database, """
            select count(*) from (
                select 1 from jobs j join job_events e on e.job_id = j.id and e.event in ('finished', 'failed', 'canceled')
                where j.root_run_id = any($1) group by j.id having count(*) > 1) doubled
            """, runs));
        Assert.Equal(0, await ScalarAsync<long>(database, """
            select count(*) from jobs j join workflow_runs r using (id)
            where r.id = any($1) and (j.result ->> 'n')::int is distinct from (r.input ->> 'n')::int
            """, runs));
    }

    // One run for each second, from the first to the last.
    private static async Task CheckTicksAsync(NpgsqlDataSource database)
    {
        var (count, seconds) = (
            await ScalarAsync<long>(database, "select count(*) from workflow_runs where schedule = 'tick'"),
            await ScalarAsync<long>(database, "select extract(epoch from max(scheduled_at) - min(scheduled_at))::bigint + 1 from workflow_runs where schedule = 'tick'"));
        Assert.True(count > 5);
        Assert.Equal(seconds, count);
    }

    private static async Task<Guid> StartAsync(HttpClient http, int n, int delay)
    {
        await Task.Delay(delay * 20, Cancel);
        using var response = await http.PostAsJsonAsync("/api/v1/workflows/chaos/runs", new { input = new { n, list = Items } }, Cancel);
        var run = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(response.IsSuccessStatusCode, run.ToString());
        return run.GetProperty("id").GetGuid();
    }

    private static async Task PutAsync(HttpClient http, string name, string definition)
    {
        using var response = await http.PutAsync($"/api/v1/workflows/{name}", new StringContent(definition, Encoding.UTF8, "application/json"), Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql, params object[] parameters)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        return (T)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
