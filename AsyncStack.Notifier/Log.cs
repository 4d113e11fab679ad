namespace AsyncStack.Notifier;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Delivery {DeliveryId} attempt {Attempt} to {Target} failed and is made again: {Error}")]
    public static partial void AttemptFailed(ILogger logger, Guid deliveryId, int attempt, string target, string error);

    [LoggerMessage(11, LogLevel.Warning, "Delivery {DeliveryId} to {Target} is given up after attempt {Attempt}: {Error}")]
    public static partial void DeliveryDead(ILogger logger, Guid deliveryId, int attempt, string target, string error);

    [LoggerMessage(2, LogLevel.Warning, "Could not record an attempt of delivery {DeliveryId}: {Reason}")]
    public static partial void RecordFailed(ILogger logger, Guid deliveryId, string reason);

    [LoggerMessage(3, LogLevel.Error, "Delivery {DeliveryId} will be sent again once its lease is over: {Reason}")]
    public static partial void AttemptLost(ILogger logger, Guid deliveryId, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Consuming finished jobs was interrupted and starts again: {Reason}")]
    public static partial void ConsumingInterrupted(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Warning, "Could not write deliveries, trying again: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Error, "A message about finished jobs goes to the dead letters: {Reason}")]
    public static partial void MessageRejected(ILogger logger, string reason);

    [LoggerMessage(10, LogLevel.Error, "The end of job {JobId} cannot be told: {Reason}")]
    public static partial void JobSkipped(ILogger logger, Guid jobId, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Looking for due deliveries failed and will be tried again: {Reason}")]
    public static partial void DueFailed(ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Information, "{Count} deliveries in flight did not end in time and are left to their lease")]
    public static partial void InFlightAbandoned(ILogger logger, int count);
}
