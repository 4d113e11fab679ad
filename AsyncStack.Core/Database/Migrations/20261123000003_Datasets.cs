using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Datasets, and which of them a job works on.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261123000003_Datasets")]
public sealed class Datasets : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table datasets (
            id uuid primary key,
            owner_id text not null,
            name text not null,
            format text not null,
            storage_uri text not null,
            size_bytes bigint,
            sha256 bytea,
            status text not null check (status in ('uploaded', 'validating', 'ready', 'failed')),
            error_message text,
            row_count bigint,
            column_count integer,
            columns json,
            delimiter text,
            encoding text,
            -- Set while an upload by signed URL is awaited; after it the row is removed.
            upload_expires_at timestamptz,
            created_at timestamptz not null,
            updated_at timestamptz not null
        );
        create index datasets_owner on datasets (owner_id, id);
        create index datasets_awaited on datasets (upload_expires_at) where upload_expires_at is not null;
        create index datasets_unfinished on datasets (updated_at) where status in ('uploaded', 'validating');

        -- First the dataset of the job, then the one it is compared with.
        alter table jobs add dataset_ids uuid[];
        create index jobs_datasets on jobs using gin (dataset_ids) where dataset_ids is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table jobs drop column dataset_ids; drop table datasets;");
}
