namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>A value that is known when the graph runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; null when there is none.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>The value as one process has to see it.</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default)
        => GetValueAsync(cancellationToken);
}

/// <summary>Who asks for a value.</summary>
public sealed class ValueProviderContext
{
    /// <summary>The resource whose environment or arguments take the value.</summary>
    public IResource? Caller { get; init; }

    /// <summary>Which of its replicas, from 0.</summary>
    public int Replica { get; init; }
}

/// <summary>A value that a published artifact names instead of stating it.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The name, for example <c>{api.bindings.http.url}</c>.</summary>
    string ValueExpression { get; }
}
