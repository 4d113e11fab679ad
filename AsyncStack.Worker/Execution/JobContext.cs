using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Execution;

/// <summary>What a handler knows of the attempt it runs.</summary>
public sealed class JobContext(ClaimedJob job, IObjectStorage storage, ILogger logger, RunningJob? running)
{
    /// <summary>The job's id.</summary>
    public Guid JobId => job.Id;

    /// <summary>What the submitter knows the job by.</summary>
    public string CorrelationId => job.CorrelationId;

    /// <summary>The value of <c>job_type</c>.</summary>
    public string JobType => job.JobType;

    /// <summary>This attempt's number, from 1. Effects outside of the product should carry job id and attempt.</summary>
    public int Attempt => job.Attempt;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(job.TimeoutSeconds);

    /// <summary>W3C trace context of the request that submitted the job.</summary>
    public string? TraceParent => job.TraceParent;

    /// <summary>Canceled when the job is canceled, times out, was given to another worker, or this worker stops.</summary>
    public CancellationToken CancellationToken => running?.Token ?? CancellationToken.None;

    public IObjectStorage Storage => storage;

    public ILogger Logger => logger;

    /// <summary>Tells how far the work is, from 0 to 1. As cheap as a field: the last value is written about once a second.</summary>
    public void ReportProgress(double progress) => running?.ReportProgress(progress);
}
