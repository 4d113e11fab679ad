using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>What is there before the first request, by the seed the same each time.</summary>
internal sealed class Known
{
    private const int Count = 150;

    private const string Sql = """
        with n as (select $1::uuid as id, $2::int as i)
        , d as (
            insert into datasets (id, owner_id, name, format, storage_uri, status, created_at, updated_at)
            select id, 'me', 'd', 'csv', 's3://datasets/me/' || id || '/d.csv', (array['ready', 'uploaded', 'validating', 'failed', 'ready'])[1 + i % 5], now(), now() from n
        ), j as (
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at, result, result_uri)
            select id, 'c-' || i, 'sleep', '{"seconds": 0}', (array['queued', 'running', 'completed', 'failed', 'canceled', 'completed'])[1 + i % 6], 3, 60, now(),
                case i % 6 when 2 then '{"a": 1.50}'::json end, case i % 6 when 5 then 's3://job-results/known/metrics.json' end
            from n
        ), e as (
            insert into job_events (job_id, event, attempt, at) select id, 'processing', 1, now() from n where i % 6 <> 0
        ), r as (
            insert into resources (id, name, status, version, created_at, updated_at) select id, 'known', 'active', 1, now(), now() from n
        ), k as (
            insert into tasks (id, resource_id, action, status, created_at, updated_at) select 'known-' || i, id, 'process', 'completed', now(), now() from n
        ), l as (
            insert into dead_letters (id, queue, reason, exchange, routing_key, body, dead_at)
            select id, 'jobs.default', 'rejected', '', 'fuzz', case i % 2 when 0 then '\x00ff'::bytea else '[1]' end, now() from n
        ), t as (
            insert into webhook_endpoints (id, url, created_at) select id, 'https://example.com/known/' || i, now() from n
        ), w as (
            insert into webhook_deliveries (id, job_id, job_attempt, job_finished_at, correlation_id, event_type, target_url, body, state, attempts,
                next_attempt_at, created_at, finished_at, last_status, last_error)
            select id, id, 1, now(), 'c-' || i, 'job.completed', 'https://example.com/hook', '{"result": 1.50}', (array['pending', 'delivered', 'dead'])[1 + i % 3],
                1, case i % 3 when 0 then now() end, now(), case i % 3 when 0 then null else now() end, 500, 'answered 500'
            from n
        )
        , f as (
            insert into workflows (id, name, version, created_at, updated_at) select id, 'known-' || i, 1, now(), now() from n
        ), fv as (
            insert into workflow_versions (workflow, version, definition, created_at)
            select 'known-' || i, 1, '{"steps": [{"id": "t", "job_type": "external:x"}]}', now() from n
        ), fj as (
            insert into jobs (id, correlation_id, job_type, payload, state, max_attempts, timeout_seconds, created_at, root_run_id)
            select ($3::uuid), 'run-' || i, 'workflow', '{}', (array['running', 'failed'])[1 + i % 2], 1, 60, now(), $3::uuid from n
        ), fr as (
            insert into workflow_runs (id, root_id, depth, workflow, version, state, input, priority, timeout_seconds, created_at, finished_at)
            select $3::uuid, $3::uuid, 0, 'known-' || i, 1, (array['running', 'failed'])[1 + i % 2], '{}', 'default', 60, now(), case i % 2 when 1 then now() end from n
        ), fs as (
            insert into workflow_steps (run_id, place, step, state, round, total, next, completed, failed, canceled, error_message)
            select $3::uuid, 0, 't', (array['running', 'failed'])[1 + i % 2], 1, 1, 1, 0, i % 2, 0, null from n
        ), fb as (
            insert into workflow_backfills (id, workflow, from_at, to_at, parallelism, runs, created_at) select $3::uuid, 'known-' || i, now(), now(), 1, 0, now() from n
        ), fc as (
            insert into schedules (id, name, workflow, cron, time_zone, input, jitter_seconds, catch_up, catch_up_limit, paused, of_definition, created_at, updated_at)
            select id, 'known-' || i, 'known-' || i, '0 6 * * *', 'UTC', '{}', 0, 'one', 10, true, false, now(), now() from n
        )
        , a as (
            insert into api_keys (id, prefix, hash, name, scopes, created_at, created_by)
            select id, lpad(i::text, 8, '0'), sha256(i::text::bytea), 'known', '{ops}', now(), 'tests' from n
        )
        insert into webhook_attempts select id, 1, now(), 12, 500, 'answered 500', 'oops', null from n
        """;

    private Known(IReadOnlyList<string> ids, IReadOnlyList<string> runs, IReadOnlyList<string> uploads, IReadOnlyList<string> downloads) =>
        (Ids, Runs, Uploads, Downloads) = (ids, runs, uploads, downloads);

    /// <summary>Each of them is a job, a dataset, a resource, a dead letter, a delivery, a webhook endpoint and a key.</summary>
    public IReadOnlyList<string> Ids { get; }

    public IReadOnlyList<string> Datasets => Ids;

    /// <summary>Each of them is a run with a step <c>t</c>, and a backfill.</summary>
    public IReadOnlyList<string> Runs { get; }

    /// <summary>Each of them names a workflow and a schedule, and is a task's id.</summary>
    public IReadOnlyList<string> Workflows { get; } = [.. Enumerable.Range(0, Count).Select(i => $"known-{i}")];

    public IReadOnlyList<string> Correlations { get; } = [.. Enumerable.Range(0, Count).Select(i => $"c-{i}")];

    /// <summary>Signed addresses that take a file.</summary>
    public IReadOnlyList<string> Uploads { get; }

    /// <summary>Signed addresses that give one.</summary>
    public IReadOnlyList<string> Downloads { get; }

    public static async Task<Known> AddAsync(ApiFixture api, Random random, CancellationToken cancellationToken)
    {
        var ids = Enumerable.Range(0, Count).Select(_ => random.Uuid()).ToList();
        var runs = ids.ConvertAll(_ => random.Uuid());
        for (var i = 0; i < ids.Count; i++)
        {
            await api.ExecuteAsync(Sql, Guid.Parse(ids[i]), i, Guid.Parse(runs[i]));
        }

        var storage = api.Host.Services.GetRequiredService<IObjectStorage>();
        var stored = new ObjectUri(StorageBuckets.JobResults, "known/metrics.json");
        using var content = new MemoryStream("{\"rows\": 3}"u8.ToArray());
        await storage.PutAsync(stored, content, cancellationToken: cancellationToken);
        var uploads = ids.Take(20).Select(id => storage.CreateUploadUrl(new ObjectUri(StorageBuckets.Datasets, $"me/{id}/d.csv"), TimeSpan.FromHours(1)));
        return new Known(
            ids, runs, [.. uploads.Select(u => u.OriginalString)], [storage.CreateDownloadUrl(stored, TimeSpan.FromHours(1)).OriginalString]);
    }
}

internal static class RandomUuids
{
    public static string Uuid(this Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }
}
