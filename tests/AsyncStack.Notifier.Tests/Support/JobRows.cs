using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;

namespace AsyncStack.Notifier.Tests.Support;

/// <summary>Finished jobs, and the messages that tell of them.</summary>
internal sealed class JobRows(NpgsqlDataSource database, IConnection broker)
{
    public const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    /// <summary>Inserts a finished job and tells the notifier.</summary>
    public async Task<Guid> FinishAsync(string callbackUrl, string state = "completed", string? result = "{\"answer\": 42}")
    {
        var id = await InsertAsync(callbackUrl, state, result);
        await TellAsync(id);
        return id;
    }

    public async Task<Guid> InsertAsync(string callbackUrl, string state = "completed", string? result = "{\"answer\": 42}")
    {
        var id = Guid.CreateVersion7();
        await InsertAsync([(id, callbackUrl)], state, result);
        return id;
    }

    public async Task InsertAsync(IReadOnlyList<(Guid Id, string CallbackUrl)> jobs, string state = "completed", string? result = "{\"answer\": 42}")
    {
        await using var command = database.CreateCommand("""
            insert into jobs (id, correlation_id, job_type, payload, state, attempt, max_attempts, timeout_seconds, created_at,
                finished_at, progress, result, error_message, callback_url, traceparent)
            select id, 'correlation-' || id, 'echo', '{}', @state, 1, 1, 60, now(), now(), 1, @result::json,
                case when @state = 'failed' then 'it broke' end, url, @trace
            from unnest(@ids, @urls) as j(id, url)
            """);
        command.Parameters.AddWithValue("ids", jobs.Select(j => j.Id).ToArray());
        command.Parameters.AddWithValue("urls", jobs.Select(j => j.CallbackUrl).ToArray());
        command.Parameters.AddWithValue("state", state);
        command.Parameters.AddWithValue("result", NpgsqlDbType.Text, (object?)result ?? DBNull.Value);
        command.Parameters.AddWithValue("trace", TraceParent);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Publishes the message that names these jobs.</summary>
    public Task TellAsync(params Guid[] ids) => PublishAsync(JobMessages.WriteIds(ids));

    public async Task PublishAsync(byte[] body)
    {
        await using var channel = await broker.CreateChannelAsync(new CreateChannelOptions(true, true));
        var properties = new BasicProperties { Persistent = true, Type = MessageTypes.FinishedJobs };
        await channel.BasicPublishAsync(Topology.JobsExchange, Topology.NotifierResults, mandatory: true, properties, body);
    }

    /// <summary>How many messages lie in a queue.</summary>
    public async Task<uint> CountAsync(string queue)
    {
        await using var channel = await broker.CreateChannelAsync();
        return await channel.MessageCountAsync(queue);
    }
}
