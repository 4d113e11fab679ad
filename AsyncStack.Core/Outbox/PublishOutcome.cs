namespace AsyncStack.Core.Outbox;

/// <summary>What became of one publish of the sweeper.</summary>
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
