using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Webhooks.Targets;

/// <summary>A target to be entered, as the document describes it.</summary>
internal sealed record EndpointBody
{
    /// <summary>An absolute http or https address without user name.</summary>
    [StringLength(2048, MinimumLength = 1)]
    public required string Url { get; init; }
}

/// <summary>Why a target is closed; the body may be left out.</summary>
internal sealed record DisableBody
{
    /// <summary>Shown with the target and its deliveries; who did it when it is left out.</summary>
    [StringLength(500, MinimumLength = 1)]
    public string? Reason { get; init; }
}

/// <summary>How a secret is replaced; the body may be left out.</summary>
internal sealed record RotateBody
{
    /// <summary>How long the secrets before sign too, in seconds; 0 ends them at once. <c>Webhooks:SecretOverlap</c> when it is left out.</summary>
    [Range(0, 2_592_000)]
    public int? OverlapSeconds { get; init; }
}
