namespace AsyncStack.Hosting.Publishing.Templates;

/// <summary>What one field of a manifest holds, and when it is there.</summary>
internal interface IField
{
    /// <summary>What stands there: an <see cref="Text"/>, an <see cref="ISetting"/>, a <see cref="ChartFile"/>, or the value itself.</summary>
    object? Content { get; }

    /// <summary>When the field is there; null for always.</summary>
    Condition? Condition { get; }

    /// <summary>It is written as text, whatever it looks like.</summary>
    bool IsText { get; }
}

/// <summary>A field of a manifest: a stated value, or one that the chart's values decide.</summary>
internal readonly struct Field<T> : IField
{
    private Field(object? content, Condition? condition) => (Content, Condition) = (content, condition);

    public object? Content { get; }

    public Condition? Condition { get; }

    public bool IsText => typeof(T) == typeof(string);

    public static implicit operator Field<T>(T value) => new(value, null);

    public static implicit operator Field<T>(Text text) => new(text, null);

    public static implicit operator Field<T>(Setting<T> setting) => new(setting, null);

    public static implicit operator Field<T>(ChartFile file) => new(file, null);

    /// <summary>A setting that brings items of its own, put among the others.</summary>
    public static Field<T> Insert(ISetting setting) => new(setting, null);

    /// <summary>The field is there only on this condition.</summary>
    public Field<T> When(Condition condition) => new(Content, Condition is null ? condition : condition & Condition);
}

/// <summary>Makes fields.</summary>
internal static class Field
{
    /// <summary>A value that is there only on a condition.</summary>
    public static Field<T> When<T>(Condition? condition, T value) => condition is null ? value : ((Field<T>)value).When(condition);

    /// <summary>A setting that is left out while it is empty or zero.</summary>
    public static Field<T> IfSet<T>(Setting<T> setting) => ((Field<T>)setting).When(setting.IsSet);
}
