using System.Text.Json;
using AsyncStack.Api.Accepting;
using AsyncStack.Api.Requests;
using AsyncStack.Core.Workflows.Definition;

namespace AsyncStack.Api.Workflows;

/// <summary>A run as a caller asked for it.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Version">A version of it; null for the current.</param>
/// <param name="Input">Its input, an object.</param>
/// <param name="InputField">The field that holds it, for messages.</param>
/// <param name="Options">How it is to be run.</param>
internal sealed record RunRequest(string Workflow, int? Version, JsonElement Input, string InputField, JobOptions Options)
{
    /// <summary>Reads the body of <c>POST …/runs</c>; null when the errors say why not.</summary>
    public static RunRequest? Read(string workflow, JsonElement root, AcceptOptions options, FieldErrors errors)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            errors.Add("$", "The body must be a JSON object.");
            return null;
        }

        var fields = new JsonFields(root, errors);
        return Read(workflow, fields, "input", fields.Integer("version", 1, int.MaxValue), options, errors);
    }

    /// <summary>Reads what a run and a submission of one have in common.</summary>
    public static RunRequest? Read(string workflow, JsonFields fields, string inputField, int? version, AcceptOptions options, FieldErrors errors)
    {
        var input = fields.Any(inputField) ?? JsonElement.Parse("{}");
        if (input.ValueKind != JsonValueKind.Object)
        {
            errors.Add(inputField, $"{inputField} must be a JSON object.");
        }
        else if (!JsonText.IsValid(input))
        {
            errors.Add(inputField, $"{inputField} holds a text, or the name of a field, that is no valid Unicode text.");
        }

        var job = JobOptions.Read(fields, null, options, errors);
        foreach (var name in (string[])["max_attempts", "timeout_seconds"])
        {
            if (fields.Any(name) is not null)
            {
                errors.Add(name, $"{name} is a matter of the workflow and its steps; leave it out.");
            }
        }

        return errors.Any ? null : new RunRequest(workflow, version, input, inputField, job);
    }
}
