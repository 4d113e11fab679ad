using AsyncStack.Worker.Consuming;

namespace AsyncStack.Worker.External;

/// <summary>A message of a program outside, beside the job it names.</summary>
/// <param name="Delivery">The message.</param>
/// <param name="Job">The job of its correlation id, if there is one.</param>
/// <param name="Json">Its body as JSON; null when it is no text.</param>
public sealed record ExternalAnswer(Delivery Delivery, HandedOverJob? Job, string? Json)
{
    /// <summary>Why it answers no job; null when it does.</summary>
    public string? Refusal => this switch
    {
        { Delivery.Properties.CorrelationId: null or "" } => "The message has no correlation_id, so it answers no job.",
        { Job: null } => $"There is no job with correlation_id '{Delivery.Properties.CorrelationId}'.",
        { Job.IsExternal: false } => $"Job {Job.Id} is of type '{Job.JobType}' and takes no answer from outside.",
        { Json: null } => "The body is neither JSON nor other text in UTF-8.",
        _ => null,
    };
}
