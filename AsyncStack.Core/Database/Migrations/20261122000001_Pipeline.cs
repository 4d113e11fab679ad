using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Jobs with their history, the outbox, idempotency keys, workers and dead letters.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261122000001_Pipeline")]
public sealed class Pipeline : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table jobs (
            id uuid primary key,
            correlation_id text not null,
            job_type text not null,
            payload json not null,
            state text not null check (state in ('scheduled', 'queued', 'running', 'completed', 'failed', 'canceled')),
            priority text not null default 'default' check (priority in ('high', 'default', 'low')),
            attempt integer not null default 0,
            max_attempts integer not null,
            timeout_seconds integer not null,
            run_at timestamptz,
            created_at timestamptz not null,
            queued_at timestamptz,
            started_at timestamptz,
            finished_at timestamptz,
            deadline_at timestamptz,
            worker_id uuid,
            progress real not null default 0,
            result json,
            result_uri text,
            error_message text,
            callback_url text,
            traceparent text
        ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
        create unique index jobs_correlation_id on jobs (correlation_id);
        create index jobs_due on jobs (run_at) where state = 'scheduled';
        create index jobs_queued on jobs (queued_at) where state = 'queued';
        create index jobs_running on jobs (worker_id) where state = 'running';

        -- No foreign key to jobs: the rows are written beside the job's own in one statement, and a key check a row would double their cost.
        create table job_events (
            job_id uuid not null,
            id bigint generated always as identity,
            event text not null,
            attempt integer not null,
            detail text,
            at timestamptz not null,
            primary key (job_id, id)
        );

        -- What the job's own row still shows is not written a second time: it would cost a third of the throughput. So a job's
        -- acceptance is its created_at, and the start of an instant job its started_at, until something is about to overwrite it.
        create view job_history as
            select id as job_id, 0::bigint as place, 'created' as event, 0 as attempt, null::text as detail, created_at as at from jobs
            union all
            select id, 1, 'started', attempt, null, started_at from jobs j
            where started_at is not null
              and not exists (select from job_events e where e.job_id = j.id and e.event = 'started' and e.attempt = j.attempt)
            union all
            select job_id, id + 1, event, attempt, detail, at from job_events;

        create table outbox (
            id uuid primary key,
            exchange text not null,
            routing_key text not null,
            type text not null,
            body bytea not null,
            correlation_id text,
            traceparent text,
            partition_key text,
            created_at timestamptz not null default now()
        ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

        create table idempotency_keys (
            scope text not null,
            key text not null,
            request_hash bytea not null,
            status smallint not null,
            location text not null,
            body text not null,
            expires_at timestamptz not null,
            primary key (scope, key)
        );
        create index idempotency_keys_expiry on idempotency_keys (expires_at);

        create table workers (
            id uuid primary key,
            host text not null,
            pid integer not null,
            slots integer not null,
            started_at timestamptz not null,
            lease_until timestamptz not null
        ) with (fillfactor = 50);

        create table dead_letters (
            id uuid primary key,
            message_key text unique,
            queue text not null,
            reason text not null,
            exchange text not null,
            routing_key text not null,
            type text,
            correlation_id text,
            traceparent text,
            body bytea not null,
            dead_at timestamptz not null,
            redriven_at timestamptz
        );
        """);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("drop view job_history; drop table dead_letters, workers, idempotency_keys, outbox, job_events, jobs;");
}
