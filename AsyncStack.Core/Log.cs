using Microsoft.Extensions.Logging;

namespace AsyncStack.Core;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Message {MessageId} for {RoutingKey} stays in the outbox for the sweeper: {Reason}")]
    public static partial void PublishLeftToSweeper(ILogger logger, Guid messageId, string routingKey, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Could not delete {Count} published outbox rows; they will be published once more: {Reason}")]
    public static partial void DeleteFailed(ILogger logger, int count, string reason);

    [LoggerMessage(3, LogLevel.Information, "Swept {Published} of {Found} outbox rows that their own process had not published")]
    public static partial void Swept(ILogger logger, int published, int found);

    [LoggerMessage(4, LogLevel.Warning, "The outbox sweep failed and will be tried again: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string reason);

    [LoggerMessage(5, LogLevel.Debug, "Could not publish message {MessageId} for {RoutingKey}: {Reason}")]
    public static partial void PublishFailed(ILogger logger, Guid messageId, string routingKey, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The broker's topology is not declared yet, trying again: {Reason}")]
    public static partial void TopologyFailed(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Listening for the database's notifications was interrupted and is begun again: {Reason}")]
    public static partial void ListeningInterrupted(ILogger logger, string reason);

    [LoggerMessage(8, LogLevel.Debug, "Could not wake the leader, which finds the committed events at its next look: {Reason}")]
    public static partial void LeaderNotWoken(ILogger logger, string reason);

    [LoggerMessage(9, LogLevel.Information, "This process leads the ordered publication")]
    public static partial void Leading(ILogger logger);

    [LoggerMessage(10, LogLevel.Warning, "This process no longer leads the ordered publication: {Reason}")]
    public static partial void LeadershipLost(ILogger logger, string reason);

    [LoggerMessage(11, LogLevel.Warning, "{Count} of {Found} ordered messages wait, the broker did not take them or one before them: {Reason}")]
    public static partial void OrderedHeldUp(ILogger logger, int count, int found, string reason);

    [LoggerMessage(12, LogLevel.Warning, "The schedule {Schedule} could not start a run: {Reason}")]
    public static partial void ScheduleNotFired(ILogger logger, string schedule, string reason);

    [LoggerMessage(20, LogLevel.Warning, "Could not write {Count} rows of the health log, which wait for the next check: {Reason}")]
    public static partial void HealthNotWritten(ILogger logger, int count, string reason);

    [LoggerMessage(21, LogLevel.Warning, "Counts on their way to Redis may be lost: {Reason}")]
    public static partial void CountersLost(ILogger logger, string reason);

    [LoggerMessage(22, LogLevel.Warning, "Secrets of webhook endpoints are stored unencrypted: set Encryption:Keys and run 'AsyncStack.Api reencrypt'")]
    public static partial void FieldsStayPlain(ILogger logger);
}
