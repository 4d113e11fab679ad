namespace AsyncStack.Api.OpenApi;

/// <summary>One way an operation answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When, and with what.</param>
/// <param name="Body">The record that is serialised; null when there is no body, or a text.</param>
/// <param name="Example">JSON of a body.</param>
internal sealed record Answer(int Status, string Description, Type? Body, string? Example)
{
    /// <summary>Media types other than JSON in which it is also, or only, to be had; a text each.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>Headers by name, with what they say.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);
}
