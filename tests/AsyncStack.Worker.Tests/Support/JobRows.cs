using System.Threading.Channels;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Core.Outbox;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;

namespace AsyncStack.Worker.Tests.Support;

/// <summary>A job as its row shows it.</summary>
internal sealed record JobRow(Guid Id, string State, int Attempt, string? Result, string? ResultUri, string? Error, Guid? WorkerId, float Progress);

/// <summary>Writes jobs as the Api does, tells the workers, and waits for what becomes of them.</summary>
internal sealed class JobRows : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly Broker _broker;
    private readonly NpgsqlConnection _listener;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _listening = Task.CompletedTask;

    private JobRows(NpgsqlDataSource database, NpgsqlConnection listener, Broker broker) =>
        (_database, _listener, _broker) = (database, listener, broker);

    public static async Task<JobRows> CreateAsync(NpgsqlDataSource database, string connectionString, Broker broker)
    {
        await using (var command = database.CreateCommand("""
            create function tell_test() returns trigger language plpgsql as $$ begin perform pg_notify('test_change', ''); return null; end $$;
            create trigger tell_test after insert or update on jobs for each statement execute function tell_test();
            create trigger tell_test after insert or update on dead_letters for each statement execute function tell_test();
            create trigger tell_test after insert or update on job_events for each statement execute function tell_test();
            create trigger tell_test after insert or update on workflow_runs for each statement execute function tell_test();
            create trigger tell_test after insert or update on workflow_steps for each statement execute function tell_test();
            create trigger tell_test after insert or update on tasks for each statement execute function tell_test();
            create trigger tell_test after insert or update on processed_events for each statement execute function tell_test();
            """))
        {
            await command.ExecuteNonQueryAsync();
        }

        var rows = new JobRows(database, new NpgsqlConnection(connectionString), broker);
        rows._listening = rows.ListenAsync();
        return rows;
    }

    /// <summary>Adds queued jobs (or scheduled ones) without telling anybody.</summary>
    public async Task<Guid[]> AddAsync(
        string jobType, string payload = "{}", int count = 1, int maxAttempts = 3, int timeoutSeconds = 60, string priority = "default", TimeSpan? due = null)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var command = _database.CreateCommand("""
            insert into jobs (id, correlation_id, job_type, payload, state, priority, max_attempts, timeout_seconds, run_at, created_at, queued_at)
            select id, 'correlation-' || id, @type, @payload::json, case when @due::interval is null then 'queued' else 'scheduled' end,
                @priority, @max, @timeout, now() + @due, now(), now()
            from unnest(@ids) id
            """);
        command.Parameters.AddWithValue("ids", ids);
        command.Parameters.AddWithValue("type", jobType);
        command.Parameters.AddWithValue("payload", payload);
        command.Parameters.AddWithValue("priority", priority);
        command.Parameters.AddWithValue("max", maxAttempts);
        command.Parameters.AddWithValue("timeout", timeoutSeconds);
        command.Parameters.AddWithValue("due", NpgsqlDbType.Interval, (object?)due ?? DBNull.Value);
        await command.ExecuteNonQueryAsync();
        return ids;
    }

    /// <summary>Adds a queued job and tells the workers.</summary>
    public async Task<Guid> SubmitAsync(string jobType, string payload = "{}", int maxAttempts = 3, int timeoutSeconds = 60)
    {
        var ids = await AddAsync(jobType, payload, 1, maxAttempts, timeoutSeconds);
        await TellAsync(jobType, ids);
        return ids[0];
    }

    public async Task TellAsync(string jobType, IEnumerable<Guid> ids, string priority = "default")
    {
        foreach (var message in JobMessages.Dispatch(ids.Select(id => new QueuedJob(id, jobType, priority)), TimeProvider.System))
        {
            await _broker.PublishAsync(message);
        }
    }

    public Task TellInstantAsync(params Guid[] ids) => _broker.PublishAsync(
        Topology.JobsExchange, Topology.JobsDefault, JobMessages.WriteIds(ids), new BasicProperties { Type = MessageTypes.InstantJobs });

    public async Task<JobRow> ReadAsync(Guid id)
    {
        await using var command = _database.CreateCommand(
            "select id, state, attempt, result::text, result_uri, error_message, worker_id, progress from jobs where id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new JobRow(row.GetGuid(0), row.GetString(1), row.GetInt32(2), Text(3), Text(4), Text(5), row.IsDBNull(6) ? null : row.GetGuid(6), row.GetFloat(7));
    }

    /// <summary>The events of a job, in order.</summary>
    public async Task<List<string>> EventsAsync(Guid id)
    {
        await using var command = _database.CreateCommand("select event from job_history where job_id = $1 and event <> 'created' order by place");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        await using var rows = await command.ExecuteReaderAsync();
        var events = new List<string>();
        while (await rows.ReadAsync())
        {
            events.Add(rows.GetString(0));
        }

        return events;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public Task<JobRow> StateAsync(Guid id, string state) => UntilAsync(() => ReadAsync(id), row => row.State == state);

    /// <summary>Completes when that many jobs are in the state.</summary>
    public Task StateAsync(IReadOnlyCollection<Guid> ids, string state) => UntilAsync(
        () => ScalarAsync<long>($"select count(*) from jobs where state = '{state}' and id = any('{{{string.Join(',', ids)}}}')"), n => n == ids.Count);

    /// <summary>Reads again after every change until the condition holds.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T>> read, Func<T, bool> condition)
    {
        while (true)
        {
            var value = await read();
            if (condition(value))
            {
                return value;
            }

            await _changes.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Waiting.AtMost);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        await _listener.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        _listener.Notification += (_, _) => _changes.Writer.TryWrite(true);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _listener.OpenAsync(_stop.Token);
                await using (var listen = new NpgsqlCommand("listen test_change", _listener))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token);
                }

                _changes.Writer.TryWrite(true);
                while (true)
                {
                    await _listener.WaitAsync(_stop.Token);
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or OperationCanceledException or ObjectDisposedException)
            {
                // A test closed the database: listen again once it is open.
                await _listener.CloseAsync();
                await Task.Yield();
            }
        }
    }
}
