using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Requests;

/// <summary>A command for everything that a filter finds, as the document describes it; <see cref="BulkRequest{TFilter}"/> reads it.</summary>
internal sealed record BulkBody<TFilter>
{
    /// <summary>What is meant; at least one field, unless <c>all</c> is true.</summary>
    public TFilter? Filter { get; init; }

    /// <summary>Whether everything is meant, without a filter.</summary>
    public bool? All { get; init; }

    /// <summary>How many are done at the most, the oldest first; 10,000 when it is left out.</summary>
    [Range(1, 10_000)]
    public int? Limit { get; init; }
}
