using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Kubernetes;

/// <summary>Texts by key, in the order they were added: labels, annotations, data.</summary>
internal sealed class Labels : OrderedDictionary<string, Field<string>>
{
    /// <summary>A setting whose keys follow the others.</summary>
    public Setting<Dictionary<string, string>>? More { get; init; }
}
