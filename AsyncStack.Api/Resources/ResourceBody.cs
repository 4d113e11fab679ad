using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Resources;

/// <summary>All of a resource that a caller may say, as the document describes it; <see cref="ResourceRequest"/> reads it.</summary>
internal sealed record ResourceBody
{
    /// <summary>Its name.</summary>
    [StringLength(255, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary>What it is; none when it is left out.</summary>
    [MaxLength(10_000)]
    public string? Description { get; init; }

    /// <summary>A word of the caller's choice; <c>active</c> when it is left out.</summary>
    [StringLength(50, MinimumLength = 1)]
    public string? Status { get; init; }
}
