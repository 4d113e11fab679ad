using System.Collections.Concurrent;

namespace AsyncStack.ServiceDefaults.Health;

/// <summary>
/// Liveness by progress: a background loop takes a beat here and beats once a pass. <c>/alive</c> fails when a loop
/// has been silent for longer than it said it ever would be, whether it hangs, waits on a lock or has died.
/// </summary>
public sealed class Liveness(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ProgressBeat> _beats = new(StringComparer.Ordinal);

    /// <summary>Starts to watch a loop.</summary>
    /// <param name="name">The loop's name, as <c>/alive</c> tells it; unique within the service.</param>
    /// <param name="maxSilence">The longest time a healthy loop lets pass between two beats, idle waiting included.</param>
    /// <returns>The beat; disposing of it ends the watch, as when a loop ends in order.</returns>
    /// <exception cref="InvalidOperationException">A loop of this name is watched already.</exception>
    public ProgressBeat Watch(string name, TimeSpan maxSilence)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxSilence, TimeSpan.Zero);
        var beat = new ProgressBeat(time, maxSilence, ended => _beats.TryRemove(new(name, ended)));
        return _beats.TryAdd(name, beat)
            ? beat
            : throw new InvalidOperationException($"A loop named '{name}' is watched already. Give each loop its own name.");
    }

    /// <summary>The loops that have been silent for too long, and for how long.</summary>
    public IReadOnlyDictionary<string, string> Stalled() =>
        _beats
            .Select(entry => (entry.Key, entry.Value.Silence, entry.Value.MaxSilence))
            .Where(loop => loop.Silence > loop.MaxSilence)
            .ToDictionary(
                loop => loop.Key,
                loop => $"no progress for {loop.Silence.TotalSeconds:0} s, limit {loop.MaxSilence.TotalSeconds:0.#} s",
                StringComparer.Ordinal);
}

/// <summary>The sign of life of one loop. Beating costs one clock read and one write.</summary>
public sealed class ProgressBeat : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Action<ProgressBeat> _ended;
    private long _last;

    internal ProgressBeat(TimeProvider time, TimeSpan maxSilence, Action<ProgressBeat> ended)
    {
        (_time, MaxSilence, _ended) = (time, maxSilence, ended);
        Beat();
    }

    /// <summary>The longest time a healthy loop lets pass between two beats.</summary>
    public TimeSpan MaxSilence { get; }

    /// <summary>The time since the last beat.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _last));

    /// <summary>Says that the loop has made progress.</summary>
    public void Beat() => Volatile.Write(ref _last, _time.GetTimestamp());

    /// <summary>Ends the watch.</summary>
    public void Dispose() => _ended(this);
}
