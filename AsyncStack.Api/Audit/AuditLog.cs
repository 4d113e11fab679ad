using AsyncStack.Api.Requests;
using AsyncStack.Core.Database;
using Npgsql;

namespace AsyncStack.Api.Audit;

/// <summary>What was done to one thing.</summary>
/// <param name="Action">One of <see cref="AuditActions"/>; what stands before its dot is the kind of the thing.</param>
/// <param name="SubjectId">The thing: an id, or a queue's name.</param>
/// <param name="Details">More of it, as a JSON object; never a secret.</param>
internal readonly record struct AuditEntry(string Action, string SubjectId, string? Details = null);

/// <summary>Values of <c>audit.action</c>.</summary>
internal static class AuditActions
{
    public const string CancelJob = "job.cancel";
    public const string RetryJob = "job.retry";
    public const string PauseQueue = "queue.pause";
    public const string ResumeQueue = "queue.resume";
    public const string RedriveDeadLetter = "dead_letter.redrive";
    public const string DeleteDeadLetter = "dead_letter.delete";
    public const string ReplayDelivery = "webhook_delivery.replay";
    public const string CreateEndpoint = "webhook_endpoint.create";
    public const string EnableEndpoint = "webhook_endpoint.enable";
    public const string DisableEndpoint = "webhook_endpoint.disable";
    public const string RotateSecret = "webhook_endpoint.rotate_secret";
    public const string PutWorkflow = "workflow.put";
    public const string StartBackfill = "workflow_backfill.start";
    public const string CancelBackfill = "workflow_backfill.cancel";
    public const string PutPool = "workflow_pool.put";
    public const string RerunRun = "workflow_run.rerun";
    public const string ClearStep = "workflow_run.clear_step";
    public const string SignalRun = "workflow_run.signal";
    public const string PutSchedule = "schedule.put";
    public const string DeleteSchedule = "schedule.delete";
    public const string PauseSchedule = "schedule.pause";
    public const string ResumeSchedule = "schedule.resume";
    public const string TriggerSchedule = "schedule.trigger";
    public const string CreateKey = "api_key.create";
    public const string RotateKey = "api_key.rotate";
    public const string RevokeKey = "api_key.revoke";

    public static IReadOnlyList<string> All { get; } =
    [
        CancelJob, RetryJob, PauseQueue, ResumeQueue, RedriveDeadLetter, DeleteDeadLetter, ReplayDelivery,
        CreateEndpoint, EnableEndpoint, DisableEndpoint, RotateSecret, PutWorkflow, StartBackfill, CancelBackfill, PutPool, RerunRun, ClearStep, SignalRun,
        PutSchedule, DeleteSchedule, PauseSchedule, ResumeSchedule, TriggerSchedule, CreateKey, RotateKey, RevokeKey,
    ];

    public static IReadOnlyList<string> SubjectTypes { get; } = [.. All.Select(SubjectTypeOf).Distinct()];

    public static string SubjectTypeOf(string action) => action.Split('.')[0];
}

/// <summary>Writes and reads the table <c>audit</c>, whose rows never change.</summary>
internal sealed class AuditLog(NpgsqlDataSource database)
{
    private const string InsertSql = """
        insert into audit (id, at, actor, action, subject_type, subject_id, details)
        select id, @at, @actor, action, subject_type, subject_id, details::jsonb
        from unnest(@ids, @actions, @subject_types, @subject_ids, @details) as e(id, action, subject_type, subject_id, details)
        """;

    /// <summary>Adds rows in the caller's transaction, so that they commit with what they tell of, or not at all.</summary>
    public static Task AddAsync(
        NpgsqlTransaction transaction, string actor, DateTimeOffset at, IReadOnlyCollection<AuditEntry> entries, CancellationToken cancellationToken) =>
        AddAsync(transaction.Connection!, actor, at, entries, cancellationToken);

    /// <summary>The same on the caller's connection, and in its transaction.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, string actor, DateTimeOffset at, IReadOnlyCollection<AuditEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(InsertSql, connection);
        command.Parameters.AddWithValue("at", at);
        command.Parameters.AddWithValue("actor", actor);
        command.Parameters.AddWithValue("ids", entries.Select(_ => Guid.CreateVersion7(at)).ToArray());
        command.Parameters.AddWithValue("actions", entries.Select(e => e.Action).ToArray());
        command.Parameters.AddWithValue("subject_types", entries.Select(e => AuditActions.SubjectTypeOf(e.Action)).ToArray());
        command.Parameters.AddWithValue("subject_ids", entries.Select(e => e.SubjectId).ToArray());
        command.Parameters.AddTexts("details", entries.Select(e => e.Details));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Rows that pass the filter, newest first, one more than the page holds.</summary>
    public async Task<List<AuditView>> ListAsync(AuditFilter filter, Paging paging, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        var conditions = new Conditions(command)
            .Add(paging.Before, "id < @before", "before")
            .Add(filter.Action, "action = @action", "action")
            .Add(filter.SubjectType, "subject_type = @subject_type", "subject_type")
            .Add(filter.SubjectId, "subject_id = @subject_id", "subject_id")
            .Add(filter.Actor, "actor = @actor", "actor");
        command.Parameters.AddWithValue("limit", paging.Limit + 1);
        command.CommandText =
            $"select id, at, actor, action, subject_type, subject_id, details::text from audit where {conditions} order by id desc limit @limit";

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<AuditView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            entries.Add(AuditView.Read(rows));
        }

        return entries;
    }
}
