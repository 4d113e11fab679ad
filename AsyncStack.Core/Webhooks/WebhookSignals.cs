namespace AsyncStack.Core.Webhooks;

/// <summary>Channels of Postgres' notifications about deliveries.</summary>
public static class WebhookSignals
{
    /// <summary>A delivery is due now; no payload.</summary>
    public const string Due = "webhook_due";
}
