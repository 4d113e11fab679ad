namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>What a setting may be, in the words of JSON Schema.</summary>
internal sealed record Schema
{
    public required string Type { get; init; }

    /// <summary>A number is taken, too: <c>--set api.resources.limits.cpu=2</c> is one.</summary>
    public bool OrNumber { get; init; }

    public int? Minimum { get; init; }

    public int? Maximum { get; init; }

    public string? Pattern { get; init; }

    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>An object whose <c>name</c> matches this is refused.</summary>
    public string? NotNamed { get; init; }

    /// <summary>What each item of an array is.</summary>
    public Schema? Items { get; init; }

    /// <summary>What each member of an object with free keys is; null for anything.</summary>
    public Schema? Members { get; init; }

    /// <summary>The members of an object with fixed keys; null for free keys.</summary>
    public IReadOnlyList<(string Key, Schema Schema)>? Properties { get; init; }

    public static Schema Flag { get; } = new() { Type = "boolean" };

    public static Schema AnyText { get; } = new() { Type = "string" };

    /// <summary>An object of the Kubernetes API, which checks it itself.</summary>
    public static Schema KubernetesObject { get; } = new() { Type = "object" };

    /// <summary>Objects of the Kubernetes API.</summary>
    public static Schema KubernetesObjects { get; } = new() { Type = "array", Items = KubernetesObject };

    /// <summary>Variables, but for these: however .NET's configuration may be told of them, in any case and with ':' for '__'.</summary>
    public static Schema VariablesBut(params IEnumerable<string> names) => KubernetesObjects with
    {
        Items = KubernetesObject with { NotNamed = $"^({string.Join('|', names.Select(AnyCase))})$" },
    };

    public static Schema Texts { get; } = new() { Type = "array", Items = AnyText };

    public static Schema TextByKey { get; } = new() { Type = "object", Members = AnyText };

    /// <summary>An amount as Kubernetes writes it.</summary>
    public static Schema Quantity { get; } = Matching(@"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$") with { OrNumber = true };

    private static Schema Amounts { get; } = new()
    {
        Type = "object",
        Properties = [("cpu", Quantity), ("memory", Quantity), ("ephemeral-storage", Quantity)],
    };

    public static Schema Resources { get; } = new() { Type = "object", Properties = [("requests", Amounts), ("limits", Amounts)] };

    private static string AnyCase(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetter(c) ? $"[{char.ToUpperInvariant(c)}{char.ToLowerInvariant(c)}]" : $"{c}")).Replace("__", "(__|:)", StringComparison.Ordinal);

    public static Schema Number(int minimum, int? maximum = null) => new() { Type = "integer", Minimum = minimum, Maximum = maximum };

    public static Schema Matching(string pattern) => new() { Type = "string", Pattern = pattern };

    public static Schema OneOf(params string[] choices) => new() { Type = "string", Choices = choices };
}
