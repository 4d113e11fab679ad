using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.DeadLetters;

/// <summary>Which dead letters are meant, as the document describes it; <see cref="DeadLetterFilter"/> reads it.</summary>
internal sealed record DeadLetterFilterBody
{
    /// <summary>The queue they were taken from.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Queue { get; init; }

    /// <summary>What their reason holds, in any case.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Reason { get; init; }

    /// <summary>What their body or correlation id holds, to the letter.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Text { get; init; }

    /// <summary>They were given up later than this.</summary>
    public DateTimeOffset? DeadAfter { get; init; }

    /// <summary>They were given up earlier than this.</summary>
    public DateTimeOffset? DeadBefore { get; init; }

    /// <summary>Whether they were sent again already.</summary>
    public bool? Redriven { get; init; }
}
