using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Jobs;
using AsyncStack.Api.Requests;
using AsyncStack.Api.Workflows;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Process;

/// <summary>The body of <c>POST /api/process</c>.</summary>
internal static class ProcessRequest
{
    /// <summary>Whether a run of a workflow is asked for instead of a job.</summary>
    public static bool IsRun(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && new JsonFields(root, new FieldErrors()).Any("workflow") is not null;

    /// <summary>Reads and checks a run; null when the errors say why not.</summary>
    public static RunRequest? ReadRun(JsonElement root, AcceptOptions options, FieldErrors errors)
    {
        var fields = new JsonFields(root, errors);
        ReadPayload(fields, errors);
        RequireCallback(fields, errors);
        if (fields.Any("job_type") is not null)
        {
            errors.Add("job_type", "job_type and workflow are both given; leave one of them out.");
        }

        if (fields.Text("workflow", 100) is not { } workflow)
        {
            return null;
        }

        WorkflowEndpoints.CheckName(workflow, errors);
        return RunRequest.Read(workflow, fields, "payload", null, options, errors);
    }

    /// <summary>Reads and checks; null when the errors say why not.</summary>
    public static JobRequest? Read(JsonElement root, AcceptOptions options, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return null;
        }

        var fields = new JsonFields(root, errors);
        var payload = ReadPayload(fields, errors);
        var type = ReadJobType(fields, errors);
        RequireCallback(fields, errors);
        var job = new JobRequest(type?.Name ?? "", payload?.GetRawText() ?? "", JobOptions.Read(fields, type?.Name, options, errors));
        return type is null || payload is null ? null : CheckPayload(job, type, payload.Value, errors);
    }

    private static JobRequest? CheckPayload(JobRequest job, JobType type, JsonElement payload, FieldErrors errors)
    {
        if (type.TakesDataset)
        {
            return DatasetJobRequest.Read(job, new JsonFields(payload, errors, "payload."), errors);
        }

        if (type.Validate(payload) is { } wrong)
        {
            errors.Add("payload", wrong);
        }

        return job;
    }

    private static void RequireCallback(JsonFields fields, FieldErrors errors)
    {
        if (fields.Any("callback_url") is null)
        {
            errors.Add("callback_url", "callback_url is required: the http or https address to call at the job's end.");
        }
    }

    private static JsonElement? ReadPayload(JsonFields fields, FieldErrors errors)
    {
        if (fields.Any("payload") is not { ValueKind: JsonValueKind.Object } payload)
        {
            errors.Add("payload", "payload is required and must be a JSON object.");
            return null;
        }

        return payload;
    }

    private static JobType? ReadJobType(JsonFields fields, FieldErrors errors)
    {
        var name = fields.Text("job_type", 100) ?? JobTypes.Echo.Name;
        var type = JobTypes.Find(name);
        if (type is null or { Internal: true })
        {
            errors.Add("job_type", $"job_type is '{name}'; known are {JobTypes.Known}.");
            return null;
        }

        return type;
    }
}
