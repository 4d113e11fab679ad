using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;

namespace AsyncStack.Api.Jobs;

/// <summary>What happened to a job, oldest first.</summary>
internal sealed class JobHistory(NpgsqlDataSource database)
{
    private const string Sql = "select event, attempt, detail, at from job_history where job_id = $1 order by at, place";

    /// <summary>The whole history; empty when there is no such job.</summary>
    public async Task<List<JobEventView>> ReadAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = jobId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<JobEventView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            events.Add(new JobEventView(
                events.Count + 1,
                rows.GetString(0),
                rows.GetInt32(1),
                await rows.IsDBNullAsync(2, cancellationToken) ? null : rows.GetString(2),
                rows.GetFieldValue<DateTimeOffset>(3)));
        }

        return events;
    }
}

/// <summary>One step of a job's way.</summary>
/// <param name="Id">Counts from 1, in the order of time.</param>
/// <param name="Event"><c>created</c>, <c>started</c>, <c>processing</c>, <c>finished</c>, <c>failed</c>, <c>canceled</c> or <c>retrying</c>.</param>
/// <param name="Attempt">The attempt it belongs to; 0 before the first.</param>
/// <param name="Detail">Why, where there is a reason.</param>
/// <param name="At">When.</param>
internal sealed record JobEventView(int Id, string Event, int Attempt, string? Detail, DateTimeOffset At);

/// <summary>The answer to a cancellation.</summary>
internal sealed record StatusAnswer(string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<JobEventView>))]
[JsonSerializable(typeof(StatusAnswer))]
internal sealed partial class JobsJson : JsonSerializerContext;
