namespace AsyncStack.Api;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Could not wake the scheduler, which finds the accepted jobs at its next look: {Reason}")]
    public static partial void SchedulerNotWoken(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Could not read the jobs that are watched, their streams wait: {Reason}")]
    public static partial void JobsNotRead(ILogger logger, string reason);
}
