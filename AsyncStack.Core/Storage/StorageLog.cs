using Microsoft.Extensions.Logging;

namespace AsyncStack.Core.Storage;

internal static partial class StorageLog
{
    [LoggerMessage(LogLevel.Information, "Object storage is ready: {Description}")]
    public static partial void StorageReady(ILogger logger, string description);

    [LoggerMessage(LogLevel.Warning, "Object storage {Description} is not ready, next attempt in {Delay}: {Reason}")]
    public static partial void StorageNotReady(ILogger logger, string description, TimeSpan delay, string reason);

    [LoggerMessage(LogLevel.Information, "Removed {Count} unfinished uploads of writers that are gone")]
    public static partial void AbandonedUploadsRemoved(ILogger logger, int count);

    [LoggerMessage(LogLevel.Debug, "Could not abort the multipart upload of {Uri}: {Reason}")]
    public static partial void AbortFailed(ILogger logger, ObjectUri uri, string reason);
}
