using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Jobs;

/// <summary>The body of <c>POST /jobs</c>, as the document describes it; <see cref="DatasetJobRequest"/> reads it.</summary>
internal sealed record JobBody : JobOptionsBody
{
    /// <summary>A dataset that is ready.</summary>
    public required Guid DatasetId { get; init; }

    /// <summary>What is done with it.</summary>
    [AllowedValues("anomalies", "compare", "metrics", "normalize")]
    public required string JobType { get; init; }

    /// <summary>What the type takes.</summary>
    public JsonObject? Params { get; init; }

    /// <summary>Who is told at the end: an absolute http or https address without user name. Nobody when it is left out.</summary>
    [StringLength(2048, MinimumLength = 1)]
    public string? CallbackUrl { get; init; }
}
