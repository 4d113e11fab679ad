namespace AsyncStack.Api.Limits;

/// <summary>
/// Lets a number of requests through in a time that slides: those of the present window of the clock, and of the one before as large a part as still
/// lies within that time. What other processes let through is learned from time to time.
/// </summary>
internal sealed class SlidingWindow(int limit, TimeSpan length)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _lastAsked;
    private long _number;
    private long _before;
    private long _shared;
    private long _underWay;
    private long _own;

    /// <summary>Since when nothing of it counts any more; null while something does.</summary>
    public TimeSpan? IdleFor(DateTimeOffset now)
    {
        lock (_lock)
        {
            var idle = now - _lastAsked - (2 * length);
            return idle > TimeSpan.Zero ? idle : null;
        }
    }

    /// <summary>Lets a request through, or tells after which time one would be if nobody asked meanwhile.</summary>
    /// <returns>Null when it is let through.</returns>
    public TimeSpan? TryTake(DateTimeOffset now)
    {
        lock (_lock)
        {
            Turn(now);
            _lastAsked = now;
            var passed = (double)(now.UtcTicks % length.Ticks) / length.Ticks;
            var present = _shared + _underWay + _own;
            if ((_before * (1 - passed)) + present + 1 <= limit)
            {
                _own++;
                return null;
            }

            // Either enough of the window before falls out of the time, or first the present one becomes the one before.
            var windows = present < limit
                ? 1 - ((double)(limit - 1 - present) / _before) - passed
                : 2 - ((double)(limit - 1) / present) - passed;
            return TimeSpan.FromTicks(Math.Max(1, (long)Math.Ceiling(windows * length.Ticks)));
        }
    }

    /// <summary>Takes what was let through here and nobody else knows of.</summary>
    /// <returns>The window's number and how many; none while what was taken before is under way.</returns>
    public (long Number, long Count) TakeOwn(DateTimeOffset now)
    {
        lock (_lock)
        {
            Turn(now);
            if (_underWay > 0)
            {
                return (_number, 0);
            }

            (_underWay, _own) = (_own, 0);
            return (_number, _underWay);
        }
    }

    /// <summary>What all have let through, those included that were taken here; null totals mean that what was taken did not reach them.</summary>
    public void Learn(long number, long count, long? total, long? before)
    {
        lock (_lock)
        {
            if (number == _number)
            {
                _underWay = 0;
                (_shared, _own) = total is { } known ? (known, _own) : (_shared, _own + count);
                _before = Math.Max(_before, before ?? 0);
            }
            else if (number == _number - 1)
            {
                _before = Math.Max(_before, total ?? 0);
            }
        }
    }

    private void Turn(DateTimeOffset now)
    {
        var number = now.UtcTicks / length.Ticks;
        if (number <= _number)
        {
            return;
        }

        _before = number == _number + 1 ? _shared + _underWay + _own : 0;
        (_number, _shared, _underWay, _own) = (number, 0, 0, 0);
    }
}
