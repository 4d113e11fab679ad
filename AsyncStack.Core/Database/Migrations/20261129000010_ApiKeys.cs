using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Who may call: API keys, of which only a keyed hash is kept.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261129000010_ApiKeys")]
public sealed class ApiKeys : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table api_keys (
            id uuid primary key,
            prefix text not null unique,
            hash bytea not null,
            name text not null,
            tenant text not null default 'default',
            scopes text[] not null,
            created_at timestamptz not null,
            created_by text not null,
            expires_at timestamptz,
            revoked_at timestamptz,
            last_used_at timestamptz,
            replaces uuid references api_keys (id) on delete set null
        );

        -- Whoever changes a key, by whatever means, tells those who hold it in memory; that it was used is no change.
        create function notify_api_key() returns trigger language plpgsql as $$
            begin
                perform pg_notify('api_keys', coalesce(new.prefix, old.prefix));
                return null;
            end $$;
        create trigger api_keys_changed
            after insert or delete or update of prefix, hash, name, tenant, scopes, expires_at, revoked_at on api_keys
            for each row execute function notify_api_key();
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table api_keys;
        drop function notify_api_key;
        """);
}
