namespace AsyncStack.Web;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Webhook:Secret is not set: every webhook is refused with 401")]
    public static partial void NoWebhookSecret(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Refused webhook {WebhookId}: {Reason}")]
    public static partial void WebhookRefused(ILogger logger, string webhookId, string reason);
}
