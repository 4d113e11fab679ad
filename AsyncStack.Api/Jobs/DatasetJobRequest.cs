using System.Text;
using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Datasets.Params;
using AsyncStack.Core.Jobs;

namespace AsyncStack.Api.Jobs;

/// <summary>The body of <c>POST /jobs</c>, and the part of it that the payload of <c>POST /api/process</c> holds for the same types.</summary>
internal static class DatasetJobRequest
{
    /// <summary>Reads and checks; null when the errors say why not.</summary>
    public static JobRequest? Read(JsonElement root, AcceptOptions options, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return null;
        }

        var fields = new JsonFields(root, errors);
        var name = fields.Text("job_type", 100);
        if (name is null || JobTypes.Find(name) is not { TakesDataset: true, Internal: false })
        {
            errors.Add("job_type", $"job_type {(name is null ? "is required" : $"is '{name}'")}; it must be one of {JobTypes.OnDatasets}.");
            name = null;
        }

        var job = new JobRequest(name ?? "", "", JobOptions.Read(fields, name, options, errors));
        return Read(job, fields, errors);
    }

    /// <summary>Reads <c>dataset_id</c> and <c>params</c>, and makes the payload of them.</summary>
    public static JobRequest? Read(JobRequest job, JsonFields fields, FieldErrors errors)
    {
        var references = new List<DatasetReference>();
        if (fields.Any("dataset_id") is null)
        {
            errors.Add(fields.NameOf("dataset_id"), "dataset_id is required: the id of a dataset that is ready.");
        }
        else if (fields.Id("dataset_id") is { } id)
        {
            references.Add(new(fields.NameOf("dataset_id"), id));
        }

        var parameters = fields.Any("params") ?? JsonElement.Parse("{}");
        var wrong = job.JobType.Length == 0 ? [] : DatasetJobParams.Check(job.JobType, parameters);
        foreach (var (field, message) in wrong)
        {
            errors.Add(fields.NameOf(field.Length == 0 ? "params" : $"params.{field}"), message, StatusCodes.Status400BadRequest);
        }

        if (errors.Any || references.Count == 0)
        {
            return null;
        }

        if (job.JobType == JobTypes.Compare.Name)
        {
            references.Add(new(fields.NameOf("params.baseline_dataset_id"), parameters.GetProperty("baseline_dataset_id").GetGuid()));
        }

        return job with { Payload = Payload(references[0].Id, parameters), Datasets = references };
    }

    private static string Payload(Guid datasetId, JsonElement parameters)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("dataset_id", datasetId);
            json.WritePropertyName("params");
            json.WriteRawValue(parameters.GetRawText(), skipInputValidation: true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
