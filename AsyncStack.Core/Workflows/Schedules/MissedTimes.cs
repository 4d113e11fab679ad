using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Core.Workflows.Schedules;

/// <summary>Decides which times of a schedule are started, and from which it goes on.</summary>
/// <param name="Starts">The times to start, in order.</param>
/// <param name="Next">The next one that is not due yet; null when there is none.</param>
public sealed record MissedTimes(IReadOnlyList<DateTimeOffset> Starts, DateTimeOffset? Next)
{
    /// <summary>How late a time may be started that is not to be made up for.</summary>
    public static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    // A schedule of every second that nobody looked at for a year: what is so old is passed over.
    private const int MaxLooks = 200_000;

    /// <summary>Decides.</summary>
    /// <param name="schedule">The schedule, whose next time is due.</param>
    /// <param name="now">The time, by the clock that all leaders share.</param>
    public static MissedTimes Of(Schedule schedule, DateTimeOffset now)
    {
        var cron = new CronTimes(schedule.Cron, schedule.TimeZone);
        var most = schedule.CatchUp == CatchUps.All ? schedule.CatchUpLimit : 1;
        var (starts, next) = (new Queue<DateTimeOffset>(), schedule.NextAt);
        for (var looks = 0; next is { } time && Due(schedule, time) <= now; looks++)
        {
            starts.Enqueue(time);
            if (starts.Count > most)
            {
                starts.Dequeue();
            }

            next = cron.After(looks == MaxLooks && now - time > TimeSpan.FromDays(1) ? now - TimeSpan.FromDays(1) : time);
        }

        if (schedule.CatchUp == CatchUps.None && starts.TryPeek(out var last) && now - Due(schedule, last) > OnTime)
        {
            starts.Clear();
        }

        return new MissedTimes([.. starts], next);
    }

    private static DateTimeOffset Due(Schedule schedule, DateTimeOffset time) => Schedule.DueAt(schedule.Name, schedule.JitterSeconds, time);
}
