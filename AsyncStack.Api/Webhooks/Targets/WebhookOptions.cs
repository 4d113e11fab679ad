using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>Settings of webhook endpoints, section <c>Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    /// <summary>
    /// How long the secrets before go on signing beside a new one, unless the rotation says otherwise; zero ends them at once. Default 24 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromHours(24);
}
