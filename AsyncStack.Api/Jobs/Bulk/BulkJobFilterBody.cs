using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Jobs.Bulk;

/// <summary>Which jobs are meant, as the document describes it; <see cref="BulkJobFilter"/> reads it.</summary>
internal sealed record BulkJobFilterBody
{
    /// <summary>What they are.</summary>
    [StringLength(200, MinimumLength = 1)]
    public string? JobType { get; init; }

    /// <summary><c>pending</c> or <c>running</c> to cancel, <c>failed</c> or <c>canceled</c> to run again.</summary>
    [StringLength(20, MinimumLength = 1)]
    public string? State { get; init; }

    /// <summary>A dataset they work on.</summary>
    public Guid? DatasetId { get; init; }

    /// <summary>They were accepted later than this.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>They were accepted earlier than this.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>What their correlation id begins with.</summary>
    [StringLength(128, MinimumLength = 1)]
    public string? CorrelationIdPrefix { get; init; }
}
