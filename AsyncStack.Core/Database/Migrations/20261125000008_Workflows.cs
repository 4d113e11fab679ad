using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Workflows with their versions and runs, what their steps log, pools, backfills and schedules.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261125000008_Workflows")]
public sealed class Workflows : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table workflows (
            id uuid primary key,
            name text not null unique,
            version integer not null,
            created_at timestamptz not null,
            updated_at timestamptz not null
        );

        create table workflow_versions (
            workflow text not null,
            version integer not null,
            definition json not null,
            created_at timestamptz not null,
            primary key (workflow, version)
        );
        create trigger workflow_versions_append_only before update on workflow_versions for each statement execute function refuse_change();

        -- A run's id is that of its own job, which has its callback, history and result. Every run below a run has its id as root: the
        -- lock of that one row guards the whole tree.
        create table workflow_runs (
            id uuid primary key,
            root_id uuid not null,
            parent_id uuid,
            depth integer not null,
            workflow text not null,
            version integer not null,
            state text not null check (state in ('queued', 'running', 'completed', 'failed', 'canceled')),
            input json not null,
            priority text not null,
            timeout_seconds integer not null,
            traceparent text,
            schedule text,
            scheduled_at timestamptz,
            backfill_id uuid,
            created_at timestamptz not null,
            started_at timestamptz,
            finished_at timestamptz
        ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
        create index workflow_runs_workflow on workflow_runs (workflow, id);
        create index workflow_runs_active on workflow_runs (workflow, id) where state in ('queued', 'running');
        create index workflow_runs_unsuccessful on workflow_runs (state, id) where state in ('failed', 'canceled');
        create index workflow_runs_children on workflow_runs (parent_id) where parent_id is not null;
        create index workflow_runs_backfill on workflow_runs (backfill_id, id) where backfill_id is not null;
        create unique index workflow_runs_firing on workflow_runs (schedule, scheduled_at) where schedule is not null;

        -- One row a step, however many jobs it has: these are counted here, so that the end of one need not look at the others.
        create table workflow_steps (
            run_id uuid not null,
            place integer not null,
            step text not null,
            state text not null check (state in ('waiting', 'running', 'completed', 'failed', 'upstream_failed', 'skipped', 'canceled')),
            round integer not null,
            total integer not null,
            next integer not null,
            completed integer not null,
            failed integer not null,
            canceled integer not null,
            error_message text,
            started_at timestamptz,
            finished_at timestamptz,
            primary key (run_id, place)
        ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

        create table workflow_signals (
            run_id uuid not null,
            name text not null,
            payload json not null,
            received_at timestamptz not null,
            primary key (run_id, name)
        );

        create table workflow_pools (
            name text primary key,
            slots integer not null,
            updated_at timestamptz not null
        );

        create table workflow_backfills (
            id uuid primary key,
            workflow text not null,
            from_at timestamptz not null,
            to_at timestamptz not null,
            parallelism integer not null,
            runs integer not null,
            created_at timestamptz not null
        );

        create table schedules (
            id uuid primary key,
            name text not null unique,
            workflow text not null,
            cron text not null,
            time_zone text not null,
            input json not null,
            jitter_seconds integer not null,
            catch_up text not null check (catch_up in ('none', 'one', 'all')),
            catch_up_limit integer not null,
            paused boolean not null,
            of_definition boolean not null,
            -- The next time of the expression that has not been told of, and that time with its jitter; null when there is none.
            next_at timestamptz,
            due_at timestamptz,
            last_at timestamptz,
            created_at timestamptz not null,
            updated_at timestamptz not null
        );
        create index schedules_due on schedules (due_at) where not paused and due_at is not null;

        create table step_logs (
            run_id uuid not null,
            id bigint generated always as identity,
            job_id uuid not null,
            attempt integer not null,
            at timestamptz not null,
            level text not null,
            message text not null,
            primary key (run_id, id)
        );
        create index step_logs_job on step_logs (job_id, id);

        -- Null in jobs outside of workflows, which so are in none of these indexes.
        alter table jobs add root_run_id uuid, add run_id uuid, add step text, add step_index integer, add step_round integer,
            add pool text, add retry_delay_seconds integer;
        create index jobs_steps on jobs (run_id, step, step_index) where run_id is not null;
        create index jobs_pooled on jobs (pool, id) where pool is not null and state in ('scheduled', 'queued', 'running');
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table jobs drop column root_run_id, drop column run_id, drop column step, drop column step_index, drop column step_round,
            drop column pool, drop column retry_delay_seconds;
        drop table step_logs, schedules, workflow_backfills, workflow_pools, workflow_signals, workflow_steps, workflow_runs, workflow_versions, workflows;
        """);
}
