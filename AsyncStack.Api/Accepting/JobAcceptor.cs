using System.Collections.Concurrent;
using AsyncStack.Core.Batching;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Outbox;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AsyncStack.Api.Accepting;

/// <summary>Accepts jobs by group commit: nothing is answered before its commit, and what is committed is published at once.</summary>
/// <remarks>
/// A hosted service only so that it is made, and Redis connected to, before the first request: a burst that met a cold
/// server would fill the thread pool with requests that wait for a connect which needs the pool itself.
/// </remarks>
internal sealed class JobAcceptor : IHostedService, IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly OutboxPublisher _outbox;
    private readonly CallbackCache _callbacks;
    private readonly TimeProvider _time;
    private readonly AcceptOptions _options;
    private readonly ILogger<JobAcceptor> _logger;
    private readonly Coalescer<Submission, AcceptOutcome> _writers;
    private readonly ConcurrentDictionary<(string Scope, string Key), byte> _keysInFlight = new();

    public JobAcceptor(
        NpgsqlDataSource database,
        OutboxPublisher outbox,
        CallbackCache callbacks,
        TimeProvider time,
        IOptions<AcceptOptions> options,
        ILogger<JobAcceptor> logger)
    {
        _database = database;
        _outbox = outbox;
        _callbacks = callbacks;
        _time = time;
        _options = options.Value;
        _logger = logger;
        _writers = new("accept jobs", WriteAsync, _options.Writers, _options.MaxBatch, _options.Capacity);
    }

    /// <summary>Accepts one job; completes once it is committed or refused.</summary>
    public async Task<AcceptOutcome> AcceptAsync(Submission job)
    {
        if (job.Key is null)
        {
            return await SubmitAsync(job);
        }

        var key = (job.Key.Scope, job.Key.Value);
        if (!_keysInFlight.TryAdd(key, 0))
        {
            return new AcceptOutcome.KeyInFlight();
        }

        try
        {
            return await SubmitAsync(job);
        }
        finally
        {
            _keysInFlight.TryRemove(key, out _);
        }
    }

    /// <summary>Writes a job and takes it back: nothing is committed, published or counted.</summary>
    public async Task RehearseAsync(Submission job, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var messages = JobMessages.Dispatch([new QueuedJob(job.Id, job.JobType, job.Priority)], _time).ToArray();
        await using (var plain = new NpgsqlCommand(AcceptStatement.Plain, connection, transaction))
        {
            AcceptStatement.AddParameters(plain, [job], messages, _time.GetUtcNow());
            await ReadPlainAsync(plain, [job], cancellationToken);
        }

        await transaction.RollbackAsync(cancellationToken);
    }

    /// <summary>What became of an earlier request with this key; null when there was none.</summary>
    public async Task<AcceptOutcome?> FindAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(AcceptStatement.FindKey);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Scope });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = key.RequestHash });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = _time.GetUtcNow() });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Outcome(rows) : null;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _writers.DisposeAsync();

    private async Task<AcceptOutcome> SubmitAsync(Submission job)
    {
        try
        {
            return await _writers.SubmitAsync(job);
        }
        catch (CoalescerFullException)
        {
            return new AcceptOutcome.Busy();
        }
    }

    private async Task<IReadOnlyList<AcceptOutcome>> WriteAsync(IReadOnlyList<Submission> jobs, CancellationToken cancellationToken)
    {
        var messages = JobMessages.Dispatch(
            jobs.Where(j => j.RunAt is null).Select(j => new QueuedJob(j.Id, j.JobType, j.Priority, j.TraceParent)), _time).ToArray();
        var outcomes = jobs.Any(j => j.Key is not null)
            ? await WriteKeyedAsync(jobs, messages, cancellationToken)
            : await WritePlainAsync(jobs, messages, cancellationToken);
        foreach (var message in messages)
        {
            _outbox.Publish(message);
        }

        await AfterCommitAsync(jobs, outcomes, cancellationToken);
        return outcomes;
    }

    private async Task AfterCommitAsync(
        IReadOnlyList<Submission> jobs, IReadOnlyList<AcceptOutcome> outcomes, CancellationToken cancellationToken)
    {
        var accepted = jobs.Where((_, i) => outcomes[i] is AcceptOutcome.Accepted).ToArray();
        _callbacks.Remember(accepted);
        ApiMetrics.Submitted.Add(accepted.Length);
        if (accepted.Any(j => j.RunAt is not null))
        {
            await WakeSchedulerAsync(cancellationToken);
        }
    }

    // The jobs are committed: whatever happens here must not become their answer.
    private async Task WakeSchedulerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await JobSignals.ScheduledAsync(_database, cancellationToken);
        }
        catch (Exception exception)
        {
            Log.SchedulerNotWoken(_logger, exception.Message);
        }
    }

    private async Task<IReadOnlyList<AcceptOutcome>> WritePlainAsync(
        IReadOnlyList<Submission> jobs, OutboxMessage[] messages, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(AcceptStatement.Plain);
        AcceptStatement.AddParameters(command, jobs, messages, _time.GetUtcNow());
        return await ReadPlainAsync(command, jobs, cancellationToken);
    }

    private static async Task<IReadOnlyList<AcceptOutcome>> ReadPlainAsync(
        NpgsqlCommand command, IReadOnlyList<Submission> jobs, CancellationToken cancellationToken)
    {
        var accepted = new HashSet<Guid>(jobs.Count);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            accepted.Add(rows.GetGuid(0));
        }

        return [.. jobs.Select<Submission, AcceptOutcome>(j => accepted.Contains(j.Id) ? new AcceptOutcome.Accepted() : new AcceptOutcome.CorrelationIdTaken())];
    }

    private async Task<IReadOnlyList<AcceptOutcome>> WriteKeyedAsync(
        IReadOnlyList<Submission> jobs, OutboxMessage[] messages, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteKeyedOnceAsync(jobs, messages, cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await WriteKeyedOnceAsync(jobs, messages, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<AcceptOutcome>> WriteKeyedOnceAsync(
        IReadOnlyList<Submission> jobs, OutboxMessage[] messages, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(AcceptStatement.Keyed);
        var now = _time.GetUtcNow();
        AcceptStatement.AddParameters(command, jobs, messages, now);
        AcceptStatement.AddKeys(command, jobs, now + _options.KeyLifetime);
        var outcomes = new Dictionary<Guid, AcceptOutcome>(jobs.Count);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            outcomes[rows.GetGuid(0)] = Outcome(rows);
        }

        return [.. jobs.Select(j => outcomes[j.Id])];
    }

    private static AcceptOutcome Outcome(NpgsqlDataReader row) => row switch
    {
        _ when row.GetBoolean(1) => new AcceptOutcome.Accepted(),
        _ when !row.GetBoolean(2) => new AcceptOutcome.KeyInFlight(),
        _ when row.IsDBNull(3) => new AcceptOutcome.CorrelationIdTaken(),
        _ when !row.GetBoolean(3) => new AcceptOutcome.KeyReused(),
        _ => new AcceptOutcome.Repeated(new JobAnswer(row.GetInt16(4), row.GetString(5), row.GetString(6))),
    };
}
