using System.Diagnostics;
using System.Diagnostics.Metrics;
using AsyncStack.Core.Jobs;
using AsyncStack.Core.Messaging;
using AsyncStack.Worker.Execution;

namespace AsyncStack.Worker;

/// <summary>Instruments of the worker; the meter is <c>AsyncStack.Worker</c>. Names without their unit and <c>_total</c>, which exporters add.</summary>
public static class WorkerMetrics
{
    private static readonly Meter Meter = new("AsyncStack.Worker");

    /// <summary>Attempts that ended, by job type and outcome, and events that were handled, by queue and type.</summary>
    public static readonly Counter<long> Processed =
        Meter.CreateCounter<long>("worker_messages_processed", "{message}", "Attempts that ended, by job type and outcome, and events that were handled, by queue and type");

    /// <summary>From the claim of an attempt to its written end, by job type; of an event from its arrival, by queue and type.</summary>
    public static readonly Histogram<double> Duration =
        Meter.CreateHistogram("worker_processing_duration", "s", "From the claim of an attempt, or the arrival of an event, to its written end", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
        });

    /// <summary>Statements sent to the database, by operation.</summary>
    public static readonly Counter<long> DatabaseOperations =
        Meter.CreateCounter<long>("worker_db_operations", "{operation}", "Statements sent to the database, by operation");

    /// <summary>Attempts that run now, instant ones left out.</summary>
    public static readonly UpDownCounter<long> InProgress =
        Meter.CreateUpDownCounter<long>("worker_jobs_in_progress", "{job}", "Attempts that run now, instant ones left out");

    /// <summary>Attempts that are followed by another, by job type.</summary>
    public static readonly Counter<long> Retried =
        Meter.CreateCounter<long>("worker_jobs_retried", "{job}", "Attempts that are followed by another, by job type");

    /// <summary>Jobs that failed for good, by job type.</summary>
    public static readonly Counter<long> Failed =
        Meter.CreateCounter<long>("worker_jobs_failed", "{job}", "Jobs that failed for good, by job type");

    /// <summary>Jobs taken from workers whose lease ran out, by what became of them.</summary>
    public static readonly Counter<long> Rescued =
        Meter.CreateCounter<long>("worker_jobs_rescued", "{job}", "Jobs taken from dead workers or found without a message, by cause");

    /// <summary>Deliveries given back because another worker had a free slot.</summary>
    public static readonly Counter<long> HandedBack =
        Meter.CreateCounter<long>("worker_messages_handed_back", "{message}", "Deliveries given back because another worker had a free slot");

    /// <summary>Messages kept as dead letters, by queue.</summary>
    public static readonly Counter<long> DeadLetters =
        Meter.CreateCounter<long>("worker_dead_letters", "{message}", "Messages kept as dead letters, by queue");

    /// <summary>Messages of <c>task_queue</c> that were saved; repeats are left out.</summary>
    public static readonly Counter<long> MessagesSaved =
        Meter.CreateCounter<long>("worker_messages_saved", "{message}", "Messages of task_queue that were saved");

    /// <summary>Rows of datasets that passes read, of which a job may make several over the same.</summary>
    public static readonly Counter<long> DatasetRows =
        Meter.CreateCounter<long>("worker_dataset_rows_read", "{row}", "Rows of datasets read, once for each pass over them");

    /// <summary>Bytes of datasets that passes read, decompressed.</summary>
    public static readonly Counter<long> DatasetBytes =
        Meter.CreateCounter<long>("worker_dataset_read", "By", "Bytes of datasets read, decompressed, once for each pass over them");

    /// <summary>Lines that handlers logged while they ran steps, and that were kept.</summary>
    public static readonly Counter<long> StepLogLines =
        Meter.CreateCounter<long>("worker_step_log_lines", "{line}", "Lines that steps of workflows logged and that were kept");

    /// <summary>Runs that schedules started; only the leader counts them.</summary>
    public static readonly Counter<long> ScheduledRuns =
        Meter.CreateCounter<long>("worker_scheduled_runs", "{run}", "Runs that schedules started");

    /// <summary>Counts one statement.</summary>
    public static void CountDatabase(string operation) =>
        DatabaseOperations.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <summary>Counts one pass over a dataset that came to its end.</summary>
    public static void CountRead(long rows, long bytes)
    {
        DatasetRows.Add(rows);
        DatasetBytes.Add(bytes);
    }

    /// <summary>Counts attempts of one type that ended alike.</summary>
    public static void CountProcessed(string jobType, Transition transition, TimeSpan elapsed, int count = 1)
    {
        var type = new KeyValuePair<string, object?>("job_type", Label(jobType));
        Processed.Add(count, type, new KeyValuePair<string, object?>("outcome", Outcome(transition)));
        for (var i = 0; i < count; i++)
        {
            Duration.Record(elapsed.TotalSeconds, type);
        }

        if (transition is Transition.TryAgain or Transition.GiveBack)
        {
            Retried.Add(count, type);
        }
        else if (transition is Transition.End { State: JobState.Failed })
        {
            Failed.Add(count, type);
        }
    }

    /// <summary>Counts events that were written together.</summary>
    public static void CountEvents(string queue, IEnumerable<string> types, TimeSpan elapsed)
    {
        var from = new KeyValuePair<string, object?>("queue", queue);
        foreach (var events in types.CountBy(EventLabel, StringComparer.Ordinal))
        {
            var type = new KeyValuePair<string, object?>("event_type", events.Key);
            Processed.Add(events.Value, from, type);
            for (var i = 0; i < events.Value; i++)
            {
                Duration.Record(elapsed.TotalSeconds, from, type);
            }
        }
    }

    // Anybody may publish events, and each name would make a series.
    private static string EventLabel(string type) => EventTypes.All.Contains(type) ? type : "other";

    // Names of external jobs are free text and would make a series each.
    private static string Label(string jobType) =>
        jobType.StartsWith(JobTypes.ExternalPrefix, StringComparison.Ordinal) ? "external" : jobType;

    private static string Outcome(Transition transition) => transition switch
    {
        Transition.End end => end.State,
        Transition.TryAgain => "retrying",
        Transition.GiveBack => "given_back",
        _ => "left",
    };
}
