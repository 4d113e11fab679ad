using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace AsyncStack.Core.Workflows.Schedules;

/// <summary>
/// The times of a cron expression in a time zone: five fields as cron(5) has them, or six to seven with seconds as Quartz has them. A time of day that
/// the clocks leave out in spring is told of at the moment they are put forward; one that comes twice in autumn is told of once, the first
/// time. An expression of intervals, such as every hour, goes on through both.
/// </summary>
public sealed class CronTimes
{
    private const int UnixFields = 5;

    private readonly CronExpression _expression;

    /// <exception cref="FormatException">The expression is none.</exception>
    public CronTimes(string expression, string timeZone)
    {
        var zone = TryFindZone(timeZone, out var found) ? found : throw new FormatException($"'{timeZone}' is no time zone.");
        var unix = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length == UnixFields;
        _expression = CronExpression.Parse(expression, unix ? CronFormat.Unix : CronFormat.Quartz).WithTimeZone(zone);
    }

    /// <summary>Finds a zone by its IANA name.</summary>
    public static bool TryFindZone(string name, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        zone = null;
        return name.Length is > 0 and <= 100 && !name.Contains('\0') && TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone);
    }

    /// <summary>What is wrong with an expression; null when nothing is.</summary>
    public static string? Explain(string expression, string timeZone)
    {
        try
        {
            return new CronTimes(expression, timeZone).After(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero)) is null ? "it names no time." : null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return $"{exception.Message.TrimEnd('.')}.";
        }
    }

    /// <summary>The first time after this one, in UTC; null when there is none.</summary>
    public DateTimeOffset? After(DateTimeOffset time) => _expression.GetNextValidTimeAfter(time)?.ToUniversalTime();

    /// <summary>The times after <paramref name="from"/> up to and with <paramref name="to"/>, in order.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to)
    {
        for (var next = After(from); next is { } time && time <= to; next = After(time))
        {
            yield return time;
        }
    }
}
