using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AsyncStack.Core.Database.Migrations;

/// <summary>Lets what happened to jobs lately be found by its time.</summary>
[DbContext(typeof(AsyncStackContext))]
[Migration("20261125000009_EventAges")]
public sealed class EventAges : Migration
{
    // Rows come in the order of their times, so a summary of each range of pages is enough, and costs the writers next to nothing.
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("create index job_events_age on job_events using brin (at) with (autosummarize = on);");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop index job_events_age;");
}
