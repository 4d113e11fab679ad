using System.Text.Json.Serialization;
using AsyncStack.Core.Datasets;

namespace AsyncStack.Worker.Datasets.Validation;

/// <summary>What reading a dataset to its end has shown, for steps that go on with it.</summary>
internal sealed record ValidationResult(
    Guid DatasetId, string Status, string? Error, long? Rows, IReadOnlyList<string> Columns, IReadOnlyList<string> NumericColumns)
{
    public static ValidationResult Of(Dataset dataset) => new(
        dataset.Id,
        dataset.Status,
        dataset.ErrorMessage,
        dataset.RowCount,
        [.. (dataset.Columns ?? []).Select(c => c.Name)],
        [.. (dataset.Columns ?? []).Where(c => c.Type is DatasetColumnType.Integers or DatasetColumnType.Numbers).Select(c => c.Name)]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ValidationResult))]
internal sealed partial class ValidationJson : JsonSerializerContext;
