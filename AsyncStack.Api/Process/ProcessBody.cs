using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using AsyncStack.Api.Accepting;

namespace AsyncStack.Api.Process;

/// <summary>The body of <c>POST /api/process</c>, as the document describes it; <see cref="ProcessRequest"/> reads it.</summary>
internal sealed record ProcessBody : JobOptionsBody
{
    /// <summary>Who is told at the end: an absolute http or https address without user name.</summary>
    [StringLength(2048, MinimumLength = 1)]
    public required string CallbackUrl { get; init; }

    /// <summary>What the job works on; for types that work on a dataset <c>{"dataset_id", "params"}</c>.</summary>
    public required JsonObject Payload { get; init; }

    /// <summary>What runs it: <c>echo</c> when it is left out, <c>sleep</c>, a type that works on datasets, or <c>external:</c> and a name.</summary>
    [StringLength(100, MinimumLength = 1)]
    public string? JobType { get; init; }

    /// <summary>A workflow to run instead of a job: <c>payload</c> is the run's input, and its end is told.</summary>
    [StringLength(100, MinimumLength = 1), RegularExpression("^[A-Za-z0-9_-]+$")]
    public string? Workflow { get; init; }
}
