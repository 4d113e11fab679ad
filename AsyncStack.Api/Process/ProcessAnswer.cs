using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Process;

/// <summary>The body of a 202.</summary>
/// <param name="CorrelationId">What the job is known by from now on.</param>
/// <param name="JobId">The job.</param>
/// <param name="StatusUrl">Where its state is found.</param>
internal sealed record ProcessAnswer(string CorrelationId, Guid JobId, string StatusUrl)
{
    public static string Write(string correlationId, Guid jobId, string statusUrl) =>
        JsonSerializer.Serialize(new ProcessAnswer(correlationId, jobId, statusUrl), ProcessJson.Default.ProcessAnswer);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProcessAnswer))]
internal sealed partial class ProcessJson : JsonSerializerContext;
