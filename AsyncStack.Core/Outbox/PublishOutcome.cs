using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AsyncStack.Core.Outbox;

/// <summary>What became of one publish of the sweeper or the leader.</summary>
public enum PublishOutcome
{
    /// <summary>The broker has the message.</summary>
    Confirmed,

    /// <summary>The broker is there and does not take this message: no queue is bound, or the queue is full.</summary>
    Refused,

    /// <summary>The broker closed the channel because of this message or of one published beside it.</summary>
    ChannelClosed,

    /// <summary>The broker does not answer; the others would fare no better.</summary>
    Unavailable,
}

internal static class PublishOutcomes
{
    /// <summary>What a publish that threw has come to.</summary>
    public static PublishOutcome Of(Exception exception) => exception switch
    {
        PublishException => PublishOutcome.Refused,
        OperationInterruptedException { ShutdownReason.ReplyCode: Constants.NotFound or Constants.AccessRefused or Constants.PreconditionFailed } =>
            PublishOutcome.ChannelClosed,
        _ => PublishOutcome.Unavailable,
    };
}
