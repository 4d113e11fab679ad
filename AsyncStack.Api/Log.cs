namespace AsyncStack.Api;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Could not wake the scheduler, which finds the accepted jobs at its next look: {Reason}")]
    public static partial void SchedulerNotWoken(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Could not read the jobs that are watched, their streams wait: {Reason}")]
    public static partial void JobsNotRead(ILogger logger, string reason);

    [LoggerMessage(20, LogLevel.Information, "Removed {Awaited} uploads nobody ended and {Orphans} objects without a dataset; {Unread} datasets failed with their jobs")]
    public static partial void DatasetsCleaned(ILogger logger, int awaited, int orphans, int unread);

    [LoggerMessage(21, LogLevel.Warning, "Cleaning up after uploads failed and will be tried again: {Reason}")]
    public static partial void CleaningFailed(ILogger logger, string reason);

    [LoggerMessage(22, LogLevel.Warning, "{Method} {Path} answered 503: {Reason}")]
    public static partial void StorageUnavailable(ILogger logger, string method, string path, string reason);

    [LoggerMessage(23, LogLevel.Information, "Not warmed up, so the first submission takes longer: {Reason}")]
    public static partial void NotWarm(ILogger logger, string reason);

    [LoggerMessage(30, LogLevel.Warning, "A part of the statistics could not be read: {Reason}")]
    public static partial void StatsFailed(ILogger logger, string reason);

    [LoggerMessage(40, LogLevel.Warning, "{Method} ended with UNAVAILABLE: {Reason}")]
    public static partial void GrpcUnavailable(ILogger logger, string method, string reason);

    [LoggerMessage(41, LogLevel.Error, "{Method} failed")]
    public static partial void GrpcFailed(ILogger logger, string method, Exception exception);

    [LoggerMessage(50, LogLevel.Warning, "What happens could not be read for the live streams: {Reason}")]
    public static partial void LiveNotRead(ILogger logger, string reason);

    [LoggerMessage(60, LogLevel.Warning, "Could not write down when {Count} keys were used last, which waits for the next time: {Reason}")]
    public static partial void UsesNotWritten(ILogger logger, int count, string reason);

    [LoggerMessage(61, LogLevel.Warning, "Could not look whether streams may go on, which is done again: {Reason}")]
    public static partial void StreamsNotChecked(ILogger logger, string reason);

    [LoggerMessage(62, LogLevel.Warning, "Limits {What}")]
    public static partial void LimitsShared(ILogger logger, string what);
}
