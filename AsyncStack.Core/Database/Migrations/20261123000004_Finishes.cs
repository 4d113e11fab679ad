using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Events of a job keep their numbers for ever, and each end of a job is told by a delivery of its own.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261123000004_Finishes")]
public sealed class Finishes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        -- The start of an instant job stands beside its end, in the one row that is written for both.
        alter table job_events add column started_at timestamptz;
        update job_events e set started_at = j.started_at from jobs j
        where j.id = e.job_id and j.attempt = e.attempt and j.started_at is not null and e.event in ('finished', 'failed')
          and not exists (select from job_events s where s.job_id = e.job_id and s.event = 'started' and s.attempt = e.attempt);

        -- A place is an event's number: it never changes, and grows in the order of a job's commits, since every event is written
        -- under the lock of the job's row.
        drop view job_history;
        create view job_history as
            select id as job_id, 1::bigint as place, 'created' as event, 0 as attempt, null::text as detail, created_at as at from jobs
            union all
            select job_id, 2 * id, 'started', attempt, null, started_at from job_events where started_at is not null
            union all
            select job_id, 2 * id + 1, event, attempt, detail, at from job_events;

        -- A job that was run again ends again, maybe in the same attempt and the same way as before.
        alter table webhook_deliveries add column job_finished_at timestamptz;
        update webhook_deliveries set job_finished_at = (body::json ->> 'timestamp')::timestamptz;
        alter table webhook_deliveries alter column job_finished_at set not null;
        drop index webhook_deliveries_event;
        create unique index webhook_deliveries_event on webhook_deliveries (job_id, job_finished_at);

        -- Lists of jobs by type and by an end that is rare; those that pass through the hot path are in neither.
        create index jobs_on_datasets on jobs (job_type, id) where dataset_ids is not null;
        create index jobs_unsuccessful on jobs (state, id) where state in ('failed', 'canceled');
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index jobs_on_datasets;
        drop index jobs_unsuccessful;
        with doubled as (
            delete from webhook_deliveries d using webhook_deliveries later
            where later.job_id = d.job_id and later.job_attempt = d.job_attempt and later.event_type = d.event_type
              and later.job_finished_at > d.job_finished_at
            returning d.id
        )
        delete from webhook_attempts where delivery_id in (select id from doubled);
        drop index webhook_deliveries_event;
        alter table webhook_deliveries drop column job_finished_at;
        create unique index webhook_deliveries_event on webhook_deliveries (job_id, job_attempt, event_type);

        drop view job_history;
        alter table job_events drop column started_at;
        create view job_history as
            select id as job_id, 0::bigint as place, 'created' as event, 0 as attempt, null::text as detail, created_at as at from jobs
            union all
            select id, 1, 'started', attempt, null, started_at from jobs j
            where started_at is not null
              and not exists (select from job_events e where e.job_id = j.id and e.event = 'started' and e.attempt = j.attempt)
            union all
            select job_id, id + 1, event, attempt, detail, at from job_events;
        """);
}
