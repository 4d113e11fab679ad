using System.Data.Common;
using System.Text;

namespace AsyncStack.Core.Workflows.Schedules;

/// <summary>When a workflow starts by itself, as its row has it.</summary>
public sealed record Schedule(
    Guid Id,
    string Name,
    string Workflow,
    string Cron,
    string TimeZone,
    string Input,
    int JitterSeconds,
    string CatchUp,
    int CatchUpLimit,
    bool Paused,
    DateTimeOffset? NextAt,
    DateTimeOffset? LastAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal const string Columns =
        "id, name, workflow, cron, time_zone, input::text, jitter_seconds, catch_up, catch_up_limit, paused, next_at, last_at, created_at, updated_at";

    /// <summary>The next times, jitter left out; none while it is paused.</summary>
    public IReadOnlyList<DateTimeOffset> NextRuns(int count)
    {
        if (Paused || NextAt is not { } first)
        {
            return [];
        }

        var (times, cron) = (new List<DateTimeOffset> { first }, new CronTimes(Cron, TimeZone));
        while (times.Count < count && cron.After(times[^1]) is { } next)
        {
            times.Add(next);
        }

        return times;
    }

    /// <summary>When a time is due: after a delay that is always the same for it.</summary>
    public static DateTimeOffset DueAt(string name, int jitterSeconds, DateTimeOffset time)
    {
        if (jitterSeconds == 0)
        {
            return time;
        }

        // FNV-1a.
        var hash = 2166136261u;
        foreach (var part in Encoding.UTF8.GetBytes($"{name} {time.ToUnixTimeSeconds()}"))
        {
            hash = (hash ^ part) * 16777619;
        }

        return time.AddSeconds(hash % (uint)(jitterSeconds + 1));
    }

    internal static Schedule Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        row.GetInt32(6),
        row.GetString(7),
        row.GetInt32(8),
        row.GetBoolean(9),
        row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
        row.GetFieldValue<DateTimeOffset>(12),
        row.GetFieldValue<DateTimeOffset>(13));
}
