using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>What operators did, which queues they paused, the secrets of single webhook targets, and more of what workers say of themselves.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261124000007_Operators")]
public sealed class Operators : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table audit (
            id uuid primary key,
            at timestamptz not null,
            actor text not null,
            action text not null,
            subject_type text not null,
            subject_id text not null,
            details jsonb
        );
        create index audit_subjects on audit (subject_type, subject_id, id);
        create index audit_actions on audit (action, id);

        create function refuse_change() returns trigger language plpgsql as $$
            begin raise exception 'rows of % are never changed', tg_table_name; end $$;
        create trigger audit_append_only before update on audit for each statement execute function refuse_change();

        create table queue_controls (
            queue text primary key,
            paused boolean not null,
            at timestamptz not null,
            by text not null
        );

        -- A target without rows is signed for with the configured secrets; a row without a secret stands for them.
        create table webhook_secrets (
            endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
            id bigint generated always as identity,
            secret text,
            created_at timestamptz not null,
            expires_at timestamptz,
            primary key (endpoint_id, id)
        );

        alter table workers add column version text, add column heartbeat_at timestamptz;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table workers drop column version, drop column heartbeat_at;
        drop table webhook_secrets, queue_controls, audit;
        drop function refuse_change;
        """);
}
