using AsyncStack.Core.Workflows.Definition;
using Npgsql;

namespace AsyncStack.Api.Workflows;

/// <summary>A row of <c>workflow_steps</c>.</summary>
internal sealed record StepRow(
    Guid RunId,
    int Place,
    string Step,
    string State,
    int Round,
    int? Total,
    int Next,
    int Completed,
    int Failed,
    int Canceled,
    string? Error,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    public const string Columns = "run_id, place, step, state, round, total, next, completed, failed, canceled, error_message, started_at, finished_at";

    private int Running => Math.Max(0, Next - Completed - Failed - Canceled);

    public static StepRow Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetInt32(5) is >= 0 and var total ? total : null,
        row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.TextAt(10), row.TimeAt(11), row.TimeAt(12));

    public StepSummary ToSummary() => new(Step, State, Round, Total, Running, Completed, Failed, Canceled, Error, StartedAt, FinishedAt);

    public StepView ToView(StepDefinition step, IReadOnlyList<StepJobView> jobs) => new(
        Step, step.JobType, step.DependsOn, State, Round, Total, Running, Completed, Failed, Canceled, Error, StartedAt, FinishedAt, jobs);
}

/// <summary>Values of rows that may be null.</summary>
internal static class RowValues
{
    public static Guid? IdAt(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    public static string? TextAt(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset? TimeAt(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
