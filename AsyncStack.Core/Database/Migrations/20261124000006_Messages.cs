using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Messages that callers save, and the log of what the services say of their own health.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261124000006_Messages")]
public sealed class Messages : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table messages (
            id serial primary key,
            content text not null,
            owner text not null,
            timestamp timestamptz not null default now(),
            -- Of a message that has an id of its own, so that it is kept once however often it is delivered.
            message_key text unique
        );

        create table health (
            id bigint generated always as identity primary key,
            app text not null,
            status text not null,
            pod text not null,
            time timestamptz not null
        );
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table health, messages;");
}
