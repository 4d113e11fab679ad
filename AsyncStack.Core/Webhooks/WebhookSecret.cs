namespace AsyncStack.Core.Webhooks;

/// <summary>A signing secret of one webhook endpoint, as it is stored.</summary>
public static class WebhookSecret
{
    /// <summary>The row as the secret's encryption names it, in SQL for a row <c>s</c> of <c>webhook_secrets</c>.</summary>
    public const string RowSql = "'webhook_secrets/' || s.endpoint_id || '/' || s.id";

    /// <summary>The same in code.</summary>
    public static string Row(Guid endpointId, long id) => $"webhook_secrets/{endpointId}/{id}";
}
