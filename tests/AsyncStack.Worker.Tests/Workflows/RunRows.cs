using System.Text.Json;
using AsyncStack.Core.Workflows.Definition;
using AsyncStack.Core.Workflows.Running;
using AsyncStack.Worker.Tests.Support;
using Npgsql;

namespace AsyncStack.Worker.Tests.Workflows;

/// <summary>A run as its row and those of its steps show it.</summary>
internal sealed record RunRow(string State, string? Result, string? Error, IReadOnlyDictionary<string, StepRow> Steps);

internal sealed record StepRow(string State, int Round, int Total, int Completed, int Failed, int Canceled, string? Error);

/// <summary>Makes workflows and starts runs as the Api does, and waits for what becomes of them.</summary>
internal sealed class RunRows(WorkerFixture servers, TestWorker worker)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task PutAsync(string name, string json)
    {
        Assert.NotNull(DefinitionParser.Read(JsonElement.Parse(json), out var errors));
        Assert.Empty(errors);
        await using var command = servers.Database.CreateCommand("""
            with w as (
                insert into workflows (id, name, version, created_at, updated_at) values (gen_random_uuid(), $1, 1, now(), now())
                on conflict (name) do update set version = workflows.version + 1 returning version
            )
            insert into workflow_versions (workflow, version, definition, created_at) select $1, version, $2::json, now() from w
            """);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(json);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public Task<Guid> StartAsync(string workflow, string input = "{}", DateTimeOffset? runAt = null, string? callback = null) => worker.Get<RunTransactions>().RunAsync(
        async (connection, runs) =>
        {
            var (plan, version) = (await worker.Get<WorkflowPlans>().FindCurrentAsync(connection, workflow, null, Cancel))!.Value;
            var id = Guid.CreateVersion7();
            await runs.StartAsync(new NewRun { Id = id, Workflow = workflow, Version = version, Plan = plan, Input = input, RunAt = runAt, CallbackUrl = callback });
            return id;
        },
        Cancel);

    public async Task<Guid> RunAsync(string definition, string input = "{}")
    {
        var name = $"w{Guid.NewGuid():N}";
        await PutAsync(name, definition);
        return await StartAsync(name, input);
    }

    public Task<RunRow> EndAsync(Guid run) => servers.Jobs.UntilAsync(() => ReadAsync(run), r => RunState.HasEnded(r.State));

    public async Task<RunRow> ReadAsync(Guid run)
    {
        await using var connection = await servers.Database.OpenConnectionAsync(Cancel);
        var steps = new Dictionary<string, StepRow>(StringComparer.Ordinal);
        await using (var command = new NpgsqlCommand(
            "select step, state, round, total, completed, failed, canceled, error_message from workflow_steps where run_id = $1", connection))
        {
            command.Parameters.AddWithValue(run);
            await using var rows = await command.ExecuteReaderAsync(Cancel);
            while (await rows.ReadAsync(Cancel))
            {
                steps[rows.GetString(0)] = new StepRow(
                    rows.GetString(1), rows.GetInt32(2), rows.GetInt32(3), rows.GetInt32(4), rows.GetInt32(5), rows.GetInt32(6), rows.IsDBNull(7) ? null : rows.GetString(7));
            }
        }

        await using var find = new NpgsqlCommand(
            "select r.state, j.result::text, j.error_message, j.state from workflow_runs r join jobs j on j.id = r.id where r.id = $1", connection);
        find.Parameters.AddWithValue(run);
        await using var row = await find.ExecuteReaderAsync(Cancel);
        Assert.True(await row.ReadAsync(Cancel));
        if (RunState.HasEnded(row.GetString(0)))
        {
            Assert.Equal(row.GetString(0), row.GetString(3));
        }

        return new RunRow(row.GetString(0), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), steps);
    }

    /// <summary>The ids of a step's jobs in its current round.</summary>
    public async Task<List<Guid>> JobsAsync(Guid run, string step)
    {
        await using var command = servers.Database.CreateCommand("""
            select j.id from workflow_steps s join jobs j on j.run_id = s.run_id and j.step = s.step and j.step_round = s.round
            where s.run_id = $1 and s.step = $2 order by j.step_index
            """);
        command.Parameters.AddWithValue(run);
        command.Parameters.AddWithValue(step);
        return await Core.Database.Commands.ReadIdsAsync(command, Cancel);
    }

    public Task<RunChange> DoAsync(Func<RunTransaction, Task<RunChange>> command) =>
        worker.Get<RunTransactions>().RunAsync((_, runs) => command(runs), Cancel);

    /// <summary>Cancels a job as the Api does: its tree is locked, the job ended, and the rest follows.</summary>
    public Task CancelAsync(Guid job) => worker.Get<RunTransactions>().RunAsync(
        async (connection, runs) =>
        {
            await using var root = new NpgsqlCommand("select root_run_id from jobs where id = $1", connection);
            root.Parameters.AddWithValue(job);
            await runs.LockAsync([(Guid)(await root.ExecuteScalarAsync(Cancel))!]);
            await using var command = new NpgsqlCommand($"""
                with ended as (
                    update jobs set state = 'canceled', finished_at = now(), worker_id = null, deadline_at = null, run_at = null
                    where id = $1 and state in ('scheduled', 'queued', 'running') returning *
                )
                select {EndedStepJob.Columns}, pg_notify('job_canceled', id::text) from ended
                """, connection);
            command.Parameters.AddWithValue(job);
            var ended = new List<EndedStepJob>();
            await using (var rows = await command.ExecuteReaderAsync(Cancel))
            {
                while (await rows.ReadAsync(Cancel))
                {
                    ended.Add(EndedStepJob.Read(rows, 0));
                }
            }

            await runs.EndedAsync(ended);
            return true;
        },
        Cancel);
}
