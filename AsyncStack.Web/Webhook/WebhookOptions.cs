namespace AsyncStack.Web.Webhook;

/// <summary>Settings of the section <c>Webhook</c>, the receiver at <c>/webhook</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Webhook";

    /// <summary>A signing secret, <c>whsec_</c> and base64 of 24 to 64 bytes. With none at all, every webhook is refused.</summary>
    public string? Secret { get; set; }

    /// <summary>More secrets; a webhook signed with any of them is good, so that secrets can be rotated.</summary>
    public IList<string> Secrets { get; } = [];

    /// <summary>How far <c>webhook-timestamp</c> may be from now, either way. Default five minutes, as Standard Webhooks has it.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many webhooks are kept in memory: so many good ones and, apart from them, so many refused ones. Default 200.</summary>
    public int Keep { get; set; } = 200;

    /// <summary>The largest body taken, in bytes; larger ones get 413. Default 1 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1 << 20;

    /// <summary>How often a silent event stream says that it is alive, so that no proxy closes it. Default 15 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    public IEnumerable<string> AllSecrets => Secret is null ? Secrets : Secrets.Prepend(Secret);
}
