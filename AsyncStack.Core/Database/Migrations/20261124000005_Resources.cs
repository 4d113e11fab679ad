using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Resources, the tasks that react to them, the events that were taken in, and the order in which events leave.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261124000005_Resources")]
public sealed class Resources : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table resources (
            id uuid primary key,
            name text not null,
            description text,
            status text not null,
            -- Grows by one with every change; it is the entity tag.
            version bigint not null,
            created_at timestamptz not null,
            updated_at timestamptz not null
        ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

        create table tasks (
            id text primary key,
            resource_id text not null,
            action text not null,
            status text not null check (status in ('queued', 'completed')),
            result text,
            metadata jsonb not null default '{}',
            created_at timestamptz not null,
            updated_at timestamptz not null
        ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
        create index tasks_newest on tasks (created_at, id);

        -- Messages whose effect on tasks is committed, so that a second delivery has none.
        create table handled_messages (
            message_id uuid primary key,
            handled_at timestamptz not null
        );
        create index handled_messages_age on handled_messages using brin (handled_at);

        create table processed_events (
            id uuid primary key,
            event_type text not null,
            resource_id text,
            task_id text,
            action text,
            payload jsonb not null,
            processed_at timestamptz not null
        );
        create index processed_events_age on processed_events using brin (processed_at);

        -- Only rows with a partition key take a number, so that the hot path pays for none.
        alter table outbox add column sequence bigint;
        create sequence outbox_sequence owned by outbox.sequence;
        update outbox set sequence = nextval('outbox_sequence') where partition_key is not null;
        alter table outbox add constraint outbox_ordered_by check ((partition_key is null) = (sequence is null));
        create unique index outbox_ordered on outbox (sequence) where partition_key is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index outbox_ordered;
        alter table outbox drop column sequence;
        drop table processed_events, handled_messages, tasks, resources;
        """);
}
