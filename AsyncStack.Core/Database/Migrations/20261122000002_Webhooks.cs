using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Webhook targets, deliveries and the attempts made for each.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261122000002_Webhooks")]
public sealed class Webhooks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table webhook_endpoints (
            id uuid primary key,
            url text not null,
            created_at timestamptz not null,
            disabled_at timestamptz,
            disabled_reason text
        );
        create unique index webhook_endpoints_url on webhook_endpoints (url);

        create table webhook_deliveries (
            id uuid primary key,
            job_id uuid not null,
            job_attempt integer not null,
            correlation_id text not null,
            event_type text not null,
            target_url text not null,
            body text not null,
            state text not null check (state in ('pending', 'delivered', 'dead')),
            attempts integer not null default 0,
            next_attempt_at timestamptz,
            created_at timestamptz not null,
            finished_at timestamptz,
            last_status integer,
            last_error text,
            traceparent text
        ) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
        create unique index webhook_deliveries_event on webhook_deliveries (job_id, job_attempt, event_type);
        create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where state = 'pending';
        create index webhook_deliveries_correlation on webhook_deliveries (correlation_id);

        create table webhook_attempts (
            delivery_id uuid not null,
            attempt integer not null,
            at timestamptz not null,
            duration_ms integer not null,
            status integer,
            error text,
            response_body text,
            next_attempt_at timestamptz,
            primary key (delivery_id, attempt)
        );
        """);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("drop table webhook_attempts, webhook_deliveries, webhook_endpoints;");
}
