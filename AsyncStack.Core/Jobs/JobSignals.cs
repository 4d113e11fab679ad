using Npgsql;

namespace AsyncStack.Core.Jobs;

/// <summary>
/// Notifications by which one process wakes another at once. They may be lost: whoever listens also looks by itself
/// every few seconds.
/// </summary>
public static class JobSignals
{
    /// <summary>A job with a <c>run_at</c> was written; no payload.</summary>
    public const string Scheduled = "job_scheduled";

    /// <summary>A running job was canceled; the payload is its id.</summary>
    public const string Canceled = "job_canceled";

    /// <summary>
    /// The history or the progress of a job changed; the payload is its id. Instant jobs do not tell, for the sake of their
    /// throughput.
    /// </summary>
    public const string Changed = "job_changed";

    /// <summary>Wakes the scheduler.</summary>
    public static async Task ScheduledAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"notify {Scheduled}");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
