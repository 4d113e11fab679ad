using System.Collections.Concurrent;
using AsyncStack.Core.Batching;
using Microsoft.Extensions.Options;

namespace AsyncStack.Api.Identity.Keys;

/// <summary>
/// What the database said of keys lately. It counts only while changes are told (<see cref="KeyChangeListener"/>), and even then not for
/// long. Keys that there are none of are remembered too, within a bound, and whoever makes up keys faster than that is looked up in batches.
/// </summary>
internal sealed class KeyCache : IAsyncDisposable
{
    private const int MaxBatch = 512;
    private const int MaxWaiting = 20_000;

    private readonly ConcurrentDictionary<string, KnownKey> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownKey> _unknown = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KnownKey>.AlternateLookup<ReadOnlySpan<char>> _keyOf;
    private readonly ConcurrentDictionary<string, KnownKey>.AlternateLookup<ReadOnlySpan<char>> _unknownOf;
    private readonly Coalescer<string, KeyRow?> _reads;
    private readonly IOptionsMonitor<AuthOptions> _options;
    private readonly TimeProvider _time;
    private readonly Lock _changes = new();
    private long _change;
    private volatile bool _told;

    public KeyCache(KeyTable table, IOptionsMonitor<AuthOptions> options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        (_keyOf, _unknownOf) = (_keys.GetAlternateLookup<ReadOnlySpan<char>>(), _unknown.GetAlternateLookup<ReadOnlySpan<char>>());
        _reads = new("find keys", table.FindAsync, writers: 1, MaxBatch, MaxWaiting);
    }

    /// <summary>What is known of a key; null when the database has to be asked.</summary>
    public KnownKey? Find(ReadOnlySpan<char> prefix) =>
        _told && (_keyOf.TryGetValue(prefix, out var key) || _unknownOf.TryGetValue(prefix, out key))
        && _time.GetElapsedTime(key.ReadAt) < _options.CurrentValue.KeyCacheLifetime
            ? key
            : null;

    /// <summary>Asks the database.</summary>
    /// <exception cref="TimeoutException">Too many ask already.</exception>
    public async Task<KnownKey> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        var (change, at) = (Interlocked.Read(ref _change), _time.GetTimestamp());
        try
        {
            var key = new KnownKey(await _reads.SubmitAsync(prefix, cancellationToken), at);
            Keep(prefix, key, change);
            return key;
        }
        catch (CoalescerFullException exception)
        {
            throw new TimeoutException("More keys are being looked up than the database takes.", exception);
        }
    }

    /// <summary>Changes are told from now on, or no more; what was read before may have changed.</summary>
    public void SetTold(bool told)
    {
        _told = told;
        Clear();
    }

    /// <summary>A key has changed.</summary>
    public void Forget(string prefix)
    {
        lock (_changes)
        {
            _change++;
            _keys.TryRemove(prefix, out _);
            _unknown.TryRemove(prefix, out _);
        }
    }

    public void Clear()
    {
        lock (_changes)
        {
            _change++;
            _keys.Clear();
            _unknown.Clear();
        }
    }

    public ValueTask DisposeAsync() => _reads.DisposeAsync();

    // What was read before a change that has been told meanwhile must not be kept after it.
    private void Keep(string prefix, KnownKey key, long change)
    {
        lock (_changes)
        {
            if (change != _change)
            {
                return;
            }

            if (key.Row is not null)
            {
                _keys[prefix] = key;
                return;
            }

            _keys.TryRemove(prefix, out _);
            if (_unknown.Count >= _options.CurrentValue.MaxUnknownKeys)
            {
                _unknown.Clear();
            }

            _unknown[prefix] = key;
        }
    }
}
