using System.Text.Json;
using System.Text.Json.Nodes;
using AsyncStack.Worker.Execution;
using AsyncStack.Worker.External;

namespace AsyncStack.Worker.Airflow;

/// <summary>A DAG run to trigger.</summary>
/// <param name="DagId">The DAG.</param>
/// <param name="Payload">What its tasks find in <c>conf</c> as <c>payload</c>.</param>
/// <param name="Conf">More for <c>conf</c>.</param>
public sealed record AirflowParameters(string DagId, JsonElement? Payload = null, JsonObject? Conf = null);

/// <summary>
/// Triggers a DAG run that carries the job's <c>correlation_id</c>. The job stays running until a task of it answers on <c>airflow_results</c>, as external
/// jobs do, until <see cref="AirflowWatch"/> finds that it failed, or until its time is up.
/// </summary>
internal sealed class AirflowHandler(AirflowClient airflow, HandOver handOver) : IJobHandler<AirflowParameters>
{
    /// <summary>The DAG run of a job, the same over all its attempts.</summary>
    public static string RunOf(Guid jobId) => $"asyncstack__{jobId}";

    public async ValueTask<JobOutcome> RunAsync(AirflowParameters parameters, JobContext context)
    {
        if (!airflow.IsConfigured)
        {
            return new JobOutcome.Failed("This installation has no Airflow: set Airflow:BaseUrl and a token of it in the worker.");
        }

        var conf = parameters.Conf is { } more ? (JsonObject)more.DeepClone() : [];
        conf["correlation_id"] = context.CorrelationId;
        conf["payload"] = parameters.Payload is { } payload ? JsonNode.Parse(payload.GetRawText()) : null;
        try
        {
            await airflow.TriggerAsync(parameters.DagId, RunOf(context.JobId), conf, context.CancellationToken);
        }
        catch (AirflowException exception)
        {
            return exception.IsTransient ? new JobOutcome.Retry(exception.Message) : new JobOutcome.Failed(exception.Message);
        }
        catch (HttpRequestException exception)
        {
            return new JobOutcome.Retry($"Airflow could not be reached: {exception.Message}");
        }

        Log.DagTriggered(context.Logger, parameters.DagId, RunOf(context.JobId));
        await handOver.RunAsync(context, null);
        return new JobOutcome.HandedOver();
    }
}
