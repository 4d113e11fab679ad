namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>One key of values.yaml.</summary>
internal interface ISetting
{
    /// <summary>The last part of its path.</summary>
    string Key { get; }

    /// <summary>How templates name it.</summary>
    string Code { get; }

    /// <summary>What it is unless somebody sets it.</summary>
    object? Default { get; }

    /// <summary>What it means; the comment in values.yaml and the schema's description.</summary>
    string Meaning { get; }

    /// <summary>What it may be.</summary>
    Schema Schema { get; }
}

/// <summary>One key of values.yaml whose value has a type.</summary>
internal sealed record Setting<T>(string Path, T ByDefault, string Meaning, Schema Schema) : ISetting
{
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    public string Code => $".Values.{Path}";

    public object? Default => ByDefault;

    /// <summary>It is neither empty, zero nor false.</summary>
    public Condition IsSet => new(ByDefault is int ? AsNumber : Code, ByDefault switch
    {
        null => false,
        string text => text.Length > 0,
        bool flag => flag,
        int number => number != 0,
        System.Collections.ICollection items => items.Count > 0,
        _ => true,
    });

    /// <summary>It has this value.</summary>
    public Condition Is(T value) => new(
        value is string ? $"eq {Code} \"{value}\"" : $"eq ({AsNumber}) {value}", EqualityComparer<T>.Default.Equals(ByDefault, value));

    // Versions of Helm differ in what they take numbers of values for.
    private string AsNumber => $"int {Code}";

    /// <summary>As text inside other text.</summary>
    public Text AsText() => Text.Of($"{this}");
}
