using System.Net;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Audit;

public sealed class AtomicityTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly Guid _running = Guid.CreateVersion7();
    private readonly Guid _failed = Guid.CreateVersion7();
    private readonly Guid _letter = Guid.CreateVersion7();
    private readonly Guid _delivery = Guid.CreateVersion7();
    private readonly Guid _endpoint = Guid.CreateVersion7();
    private readonly Guid _disabled = Guid.CreateVersion7();

    [Fact]
    public async Task What_is_done_and_its_audit_commit_together_or_not_at_all()
    {
        await using var broker = await Broker.ConnectAsync(api.Servers.RabbitMQConnectionString);
        await AddAsync(await broker.DeclareAsync());
        (string Action, string Path, string Body)[] commands =
        [
            ("job.cancel", $"/jobs/{_running}/cancel", ""),
            ("job.retry", $"/jobs/{_failed}/retry", ""),
            ("job.cancel", "/api/v1/jobs/cancel", """{"filter": {"correlation_id_prefix": "bulk-"}}"""),
            ("job.retry", "/api/v1/jobs/retry", """{"filter": {"correlation_id_prefix": "bulk-"}}"""),
            ("dead_letter.redrive", $"/api/v1/dead-letters/{_letter}/redrive", ""),
            ("dead_letter.redrive", "/api/v1/dead-letters/redrive", """{"filter": {"queue": "many"}}"""),
            ("dead_letter.delete", "/api/v1/dead-letters/delete", """{"all": true}"""),
            ("webhook_delivery.replay", $"/api/v1/webhooks/deliveries/{_delivery}/replay", ""),
            ("queue.pause", "/api/v1/queues/jobs.high/pause", ""),
            ("queue.resume", "/api/v1/queues/jobs.low/resume", ""),
            ("webhook_endpoint.create", "/api/v1/webhooks/endpoints", """{"url": "https://new.example/hook"}"""),
            ("webhook_endpoint.disable", $"/api/v1/webhooks/endpoints/{_endpoint}/disable", ""),
            ("webhook_endpoint.enable", $"/api/v1/webhooks/endpoints/{_disabled}/enable", ""),
            ("webhook_endpoint.rotate_secret", $"/api/v1/webhooks/endpoints/{_endpoint}/rotate-secret", ""),
        ];

        var before = await StateAsync();
        foreach (var (action, path, body) in commands)
        {
            Assert.Equal((action, HttpStatusCode.InternalServerError), (action, await SendAsync(path, body, "refused")));
            Assert.Equal((action, before), (action, await StateAsync()));
        }

        foreach (var (action, path, body) in commands)
        {
            var status = await SendAsync(path, body, "allowed");
            Assert.True((int)status is >= 200 and < 300, $"{path}: {status}");
            Assert.True(await api.ReadAsync<long>("with gone as (delete from audit where action = $1 and actor = 'allowed' returning 1) select count(*) from gone", action) > 0, path);
        }
    }

    private async Task<HttpStatusCode> SendAsync(string path, string body, string actor) =>
        (await api.Client.PostBytesAsync(
            path, System.Text.Encoding.UTF8.GetBytes(body), body.Length == 0 ? null : "application/json", ("X-Actor", actor))).StatusCode;

    /// <summary>Everything a command may change, as one text.</summary>
    private Task<string> StateAsync() => api.ReadAsync<string>("""
        select string_agg(line, E'\n' order by line) from (
            select j::text from jobs j union all select e::text from job_events e union all select o::text from outbox o
            union all select l::text from dead_letters l union all select d::text from webhook_deliveries d
            union all select e::text from webhook_endpoints e union all select s::text from webhook_secrets s
            union all select q::text from queue_controls q union all select a::text from audit a
        ) as lines(line)
        """);

    private async Task AddAsync(string queue)
    {
        await api.ExecuteAsync($$"""
            create function refuse_actor() returns trigger language plpgsql as $x$ begin raise exception 'refused'; end $x$;
            create trigger refuse_actor before insert on audit for each row when (new.actor = 'refused') execute function refuse_actor();
            insert into jobs (id, correlation_id, job_type, payload, state, attempt, max_attempts, timeout_seconds, created_at, callback_url)
            values ('{{_running}}', 'one', 'sleep', '{}', 'running', 1, 3, 60, now(), 'https://example.com/hook'),
                   ('{{_failed}}', 'two', 'sleep', '{}', 'failed', 1, 3, 60, now(), null),
                   (gen_random_uuid(), 'bulk-1', 'sleep', '{}', 'queued', 0, 3, 60, now(), 'https://example.com/hook'),
                   (gen_random_uuid(), 'bulk-2', 'sleep', '{}', 'failed', 1, 3, 60, now(), null);
            insert into dead_letters (id, queue, reason, exchange, routing_key, type, body, dead_at)
            values ('{{_letter}}', 'one', 'rejected', '', '{{queue}}', 'jobs', '', now()),
                   (gen_random_uuid(), 'many', 'rejected', '', '{{queue}}', 'jobs', '', now());
            insert into webhook_deliveries (id, job_id, job_attempt, job_finished_at, correlation_id, event_type, target_url, body, state, created_at)
            values ('{{_delivery}}', '{{_failed}}', 1, now(), 'two', 'job.failed', 'https://example.com/hook', '{}', 'dead', now());
            insert into webhook_endpoints values ('{{_endpoint}}', 'https://open.example/hook', now(), null, null);
            insert into webhook_endpoints values ('{{_disabled}}', 'https://closed.example/hook', now(), now(), 'gone');
            insert into queue_controls values ('jobs.low', true, now(), 'test');
            """);
    }
}
