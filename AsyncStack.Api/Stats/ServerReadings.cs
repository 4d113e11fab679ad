using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Stats;

/// <summary>
/// What <c>/metrics</c> tells of the servers: read while metrics are collected, so never without somebody who wants to know, and at most
/// once a second however many collect. What does not answer in time is absent; <c>/health</c> says why.
/// </summary>
internal sealed class ServerReadings(QueueCounts queues, DatabaseReadings database, IOptions<StatsOptions> options, TimeProvider time)
{
    private readonly Reading<Dictionary<string, (uint Ready, uint Consumers)>> _queues = new(queues.ReadAsync, options.Value.Deadline, time);
    private readonly Reading<DatabaseReading> _database = new(database.ReadAsync, options.Value.Deadline, time);

    /// <summary>Ready messages and consumers by queue; null when the broker does not answer.</summary>
    public Dictionary<string, (uint Ready, uint Consumers)>? Queues => _queues.Value;

    /// <summary>What Postgres knows; null when it does not answer.</summary>
    public DatabaseReading? Database => _database.Value;
}

/// <summary>A value that is read again when it is asked for and older than a second.</summary>
internal sealed class Reading<T>(Func<CancellationToken, Task<T>> read, TimeSpan deadline, TimeProvider time)
    where T : class
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private long? _at;
    private T? _value;

    /// <summary>The value, or null when it could not be read. Instruments are asked in turn and cannot await, so this waits, until the deadline at most.</summary>
    public T? Value
    {
        get
        {
            lock (_lock)
            {
                if (_at is not { } at || time.GetElapsedTime(at) >= GoodFor)
                {
                    _value = Read();
                    _at = time.GetTimestamp();
                }

                return _value;
            }
        }
    }

    private T? Read()
    {
        using var expiry = new CancellationTokenSource(deadline, time);
        try
        {
            return Task.Run(() => read(expiry.Token), CancellationToken.None).WaitAsync(expiry.Token).GetAwaiter().GetResult();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
