using System.Buffers;
using System.Text.Json;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Notifier.Delivery;

/// <summary>What a target is told: the end of a job.</summary>
internal static class WebhookEvent
{
    /// <summary><c>job.completed</c>, <c>job.failed</c> or <c>job.canceled</c>.</summary>
    public static string TypeOf(Job job) => "job." + job.JobStatus;

    /// <summary>The body; the job's result stands in it byte for byte.</summary>
    public static byte[] Write(Job job)
    {
        var buffer = new ArrayBufferWriter<byte>(1024 + 2 * (job.Result?.Length ?? 0));
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(job));
            json.WriteString("timestamp", job.FinishedAt!.Value);
            json.WriteString("correlation_id", job.CorrelationId);
            json.WritePropertyName("result");
            json.WriteRawValue(job.Result ?? "null", skipInputValidation: true);
            json.WritePropertyName("data");
            JsonSerializer.Serialize(json, job, JobJson.Default.Job);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
