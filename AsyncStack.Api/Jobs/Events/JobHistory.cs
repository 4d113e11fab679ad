using AsyncStack.Core.Jobs;
using Npgsql;

namespace AsyncStack.Api.Jobs.Events;

/// <summary>What happened to jobs, oldest first, as far as somebody has not seen it yet.</summary>
internal sealed class JobHistory(NpgsqlDataSource database)
{
    // State and events of one moment, since it is one statement.
    private const string Sql = """
        select w.id, j.state, j.job_type, j.attempt, j.progress, h.place, h.event, h.attempt, h.detail, h.at
        from unnest($1, $2) as w(id, after)
        join jobs j on j.id = w.id
        left join lateral (select * from job_history where job_id = w.id and place > w.after) h on true
        order by w.id, h.place
        """;

    /// <summary>The job as it is, with the events after that number; null when there is no such job.</summary>
    public async Task<JobMoment?> ReadAsync(Guid id, long after, CancellationToken cancellationToken) =>
        (await ReadAsync([id], [after], cancellationToken)).GetValueOrDefault(id);

    /// <summary>The jobs there are of these, each with the events after its number.</summary>
    public async Task<Dictionary<Guid, JobMoment>> ReadAsync(Guid[] ids, long[] after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = after });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var moments = new Dictionary<Guid, JobMoment>(ids.Length);
        while (await rows.ReadAsync(cancellationToken))
        {
            var id = rows.GetGuid(0);
            if (!moments.TryGetValue(id, out var moment))
            {
                var progress = new JobProgressView(rows.GetInt32(3), Math.Round(rows.GetFloat(4), 4));
                moments[id] = moment = new JobMoment(rows.GetString(1), rows.GetString(2), progress, []);
            }

            if (!await rows.IsDBNullAsync(5, cancellationToken))
            {
                moment.Events.Add(await ReadEventAsync(rows, cancellationToken));
            }
        }

        return moments;
    }

    private static async Task<JobEventView> ReadEventAsync(NpgsqlDataReader row, CancellationToken cancellationToken) => new(
        row.GetInt64(5),
        row.GetString(6),
        row.GetInt32(7),
        await row.IsDBNullAsync(8, cancellationToken) ? null : row.GetString(8),
        row.GetFieldValue<DateTimeOffset>(9));
}

/// <summary>A job at one moment.</summary>
/// <param name="State">The value of <c>jobs.state</c>.</param>
/// <param name="JobType">The value of <c>jobs.job_type</c>.</param>
/// <param name="Progress">How far its attempt is.</param>
/// <param name="Events">The events asked for, oldest first.</param>
internal sealed record JobMoment(string State, string JobType, JobProgressView Progress, List<JobEventView> Events)
{
    /// <summary>Nothing more will happen, unless somebody runs it again.</summary>
    public bool Ended => State is JobState.Completed or JobState.Failed or JobState.Canceled;
}
