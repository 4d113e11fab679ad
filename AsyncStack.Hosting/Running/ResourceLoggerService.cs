using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>A line that a resource wrote.</summary>
/// <param name="LineNumber">From 1, by resource.</param>
/// <param name="Content">The line without its end.</param>
/// <param name="IsErrorMessage">It came from standard error.</param>
/// <param name="Timestamp">When it was read.</param>
/// <param name="Replica">The replica that wrote it, from 0.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage, DateTimeOffset Timestamp, int Replica);

/// <summary>The last lines of every resource, and new ones as they come.</summary>
public sealed class ResourceLoggerService(TimeProvider time)
{
    /// <summary>Lines kept of each resource; fewer when they are very long.</summary>
    public const int Capacity = 5_000;

    // So that a resource that writes nothing but the longest lines takes megabytes, not hundreds of them.
    private const int CharacterCapacity = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Ring> _rings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The kept lines, oldest first.</summary>
    public IReadOnlyList<LogLine> GetLines(string resourceName) => RingOf(resourceName).Snapshot();

    /// <summary>The kept lines, then new ones as they come. A reader that falls far behind loses the oldest lines.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => RingOf(resourceName).WatchAsync();

    internal void Append(string resourceName, string content, bool isError, int replica = 0)
        => RingOf(resourceName).Append(content, isError, time.GetUtcNow(), replica);

    private Ring RingOf(string name) => _rings.GetOrAdd(name, _ => new Ring());

    private sealed class Ring
    {
        private readonly Lock _gate = new();
        private readonly Queue<LogLine> _lines = new();
        private readonly List<ChannelWriter<LogLine>> _watchers = [];
        private int _count;
        private long _characters;

        public void Append(string content, bool isError, DateTimeOffset now, int replica)
        {
            lock (_gate)
            {
                var line = new LogLine(++_count, content, isError, now, replica);
                _lines.Enqueue(line);
                _characters += content.Length;
                while (_lines.Count > Capacity || _characters > CharacterCapacity)
                    _characters -= _lines.Dequeue().Content.Length;
                foreach (var watcher in _watchers)
                    watcher.TryWrite(line);
            }
        }

        public IReadOnlyList<LogLine> Snapshot()
        {
            lock (_gate)
                return [.. _lines];
        }

        public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            var channel = Channel.CreateBounded<LogLine>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest });
            lock (_gate)
            {
                foreach (var line in _lines)
                    channel.Writer.TryWrite(line);
                _watchers.Add(channel.Writer);
            }

            try
            {
                while (await channel.Reader.WaitToReadAsync(cancellationToken))
                {
                    var batch = new List<LogLine>();
                    while (channel.Reader.TryRead(out var line))
                        batch.Add(line);
                    yield return batch;
                }
            }
            finally
            {
                lock (_gate)
                    _watchers.Remove(channel.Writer);
            }
        }
    }
}
