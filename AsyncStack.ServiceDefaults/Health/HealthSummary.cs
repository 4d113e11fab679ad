using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AsyncStack.ServiceDefaults.Health;

internal sealed record FailedCheck(string Name, string Reason, bool Optional);

/// <summary>The body of <c>/health</c> and <c>/alive</c>: nothing but the status when all is well.</summary>
internal sealed record HealthSummary(
    [property: AllowedValues("healthy", "unhealthy")] string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Checks = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Degraded = null)
{
    [JsonIgnore]
    public bool IsHealthy => Checks is null;

    public static HealthSummary From(IEnumerable<FailedCheck> failures)
    {
        var byOptional = failures.ToLookup(check => check.Optional);
        return From(Reasons(byOptional[false]), Reasons(byOptional[true]));
    }

    public static HealthSummary From(IReadOnlyDictionary<string, string> failed, IReadOnlyDictionary<string, string> degraded) =>
        new(failed.Count == 0 ? "healthy" : "unhealthy", failed.Count == 0 ? null : failed, degraded.Count == 0 ? null : degraded);

    private static Dictionary<string, string> Reasons(IEnumerable<FailedCheck> checks) =>
        checks.GroupBy(check => check.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Reason, StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthSummary))]
internal sealed partial class HealthJson : JsonSerializerContext;
