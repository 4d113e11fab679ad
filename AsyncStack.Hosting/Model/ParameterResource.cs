namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>A value from outside the graph: from configuration (<c>Parameters:name</c>), else stated or generated.</summary>
public sealed class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IManifestExpressionProvider, IValueProvider
{
    private string? _value;

    /// <summary>The value must not be shown.</summary>
    public bool Secret { get; } = secret;

    /// <summary>What stands in where configuration says nothing.</summary>
    public ParameterDefault? Default { get; internal init; }

    /// <inheritdoc />
    public string ValueExpression => $"{{{Name}.value}}";

    /// <summary>The value, the same at every call.</summary>
    /// <exception cref="MissingParameterValueException">It is neither configured, stated nor generated.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        lock (this.Annotations)
            return new(_value ??= callback(Default));
    }

    /// <inheritdoc />
    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(cancellationToken);
}

/// <summary>A parameter has no value; the message names it and where to set it.</summary>
public sealed class MissingParameterValueException(string message) : Exception(message);

/// <summary>What a parameter is where nobody set it.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random value of the classes of characters asked for.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    /// <summary>Length of the value; 22 unless stated.</summary>
    public int MinLength { get; set; } = 22;

    /// <summary>Contains lower-case letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Contains upper-case letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Contains digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Contains punctuation.</summary>
    public bool Special { get; set; } = true;

    /// <summary>At least so many lower-case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>At least so many upper-case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>At least so many digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>At least so many punctuation characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc />
    public override string GetDefaultValue() => PasswordGenerator.Generate(this);
}
