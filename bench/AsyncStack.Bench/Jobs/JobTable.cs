using Npgsql;

namespace AsyncStack.Bench.Jobs;

/// <param name="Attempt">How often it was started.</param>
/// <param name="FinishedAt">When it was completed, by the clock of this machine.</param>
internal readonly record struct CompletedJob(int Attempt, DateTimeOffset FinishedAt);

/// <summary>Reads a <c>jobs</c> table; the peer's has the columns of ours that are read here.</summary>
internal sealed class JobTable(NpgsqlDataSource database)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until no job is left to do.</summary>
    /// <exception cref="TimeoutException">Some are left when <paramref name="patience"/> is over.</exception>
    public async Task DrainAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var left = await UnfinishedAsync(cancellationToken); left > 0; left = await UnfinishedAsync(cancellationToken))
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new TimeoutException($"{left} jobs are unfinished {patience.TotalSeconds:0} s after the last was accepted.");
            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken);
        }
    }

    public async Task<Dictionary<Guid, CompletedJob>> CompletedAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select id, attempt, finished_at from jobs where created_at >= $1 and state = 'completed'");
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new Dictionary<Guid, CompletedJob>();
        while (await reader.ReadAsync(cancellationToken))
            jobs.Add(reader.GetGuid(0), new CompletedJob(reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return jobs;
    }

    /// <summary>Leaves no vacuum or checkpoint of an earlier phase to run during the next.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await using var vacuum = database.CreateCommand("vacuum (analyze)");
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
        await using var checkpoint = database.CreateCommand("checkpoint");
        await checkpoint.ExecuteNonQueryAsync(cancellationToken);
    }

    // One count a state, so that each can use its partial index where there is one.
    private async Task<long> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select (select count(*) from jobs where state = 'scheduled')
                 + (select count(*) from jobs where state = 'queued')
                 + (select count(*) from jobs where state = 'running')
            """);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
