using System.ComponentModel.DataAnnotations;

namespace AsyncStack.Api.Accepting;

/// <summary>How a job is to be run, as the document describes it; <see cref="JobOptions"/> reads it.</summary>
internal abstract record JobOptionsBody
{
    /// <summary>What the submitter knows the job by, unique; the job's id when it is left out.</summary>
    [StringLength(128, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_.~:@+=-]+$")]
    public string? CorrelationId { get; init; }

    /// <summary>Which jobs go first.</summary>
    [AllowedValues("high", "default", "low")]
    public string? Priority { get; init; }

    /// <summary>Time before which it does not start; at once when it is left out.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>How often it may be started; 3 when it is left out.</summary>
    [Range(1, 50)]
    public int? MaxAttempts { get; init; }

    /// <summary>Seconds for one attempt; 600 when it is left out, and 86,400 for <c>external:</c> types.</summary>
    [Range(1, 86_400)]
    public int? TimeoutSeconds { get; init; }
}
