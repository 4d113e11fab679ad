using System.Text;
using System.Text.Json;

namespace AsyncStack.Core.Workflows.Running;

/// <summary>The result of a run: small ones as they are, of large ones where their parts are.</summary>
internal static class RunResult
{
    private const int MaxInlineBytes = 64 * 1024;

    /// <exception cref="Definition.TemplateException">A template of it has no value.</exception>
    public static string? Of(RunRecord run)
    {
        var result = StepStarts.ResultOf(run);
        if (result is null || Encoding.UTF8.GetByteCount(result) <= MaxInlineBytes)
        {
            return result;
        }

        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("too_large");
            foreach (var step in run.Plan.ReferencedByResult())
            {
                json.WritePropertyName(step);
                Write(json, run.Results[step]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.Length <= MaxInlineBytes ? Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) : "{\"too_large\":{}}";
    }

    private static void Write(Utf8JsonWriter json, JsonElement step)
    {
        json.WriteStartObject();
        foreach (var name in (string[])["job_id", "result_uri"])
        {
            json.WritePropertyName(name);
            json.WriteRawValue(step.GetProperty(name).GetRawText(), skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
