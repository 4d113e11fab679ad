using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncStack.Api.Jobs;

/// <summary>The answer to a cancellation.</summary>
internal sealed record StatusAnswer(string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusAnswer))]
internal sealed partial class JobsJson : JsonSerializerContext;
