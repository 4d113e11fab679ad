namespace AsyncStack.Hosting.ApplicationModel;

/// <summary>A resource that clients reach by a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IManifestExpressionProvider, IValueProvider
{
    /// <summary>The connection string with its promises.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>Replaces <c>ConnectionStrings__name</c> as the variable that carries it.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <summary>The connection string of this run.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default)
        => ConnectionStringExpression.GetValueAsync(cancellationToken);

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);
}

/// <summary>A connection string stated in the graph.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc />
    public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
}

/// <summary>A connection string that comes from configuration (<c>ConnectionStrings:name</c>).</summary>
internal sealed class ConfiguredConnectionStringResource : Resource, IResourceWithConnectionString
{
    public ConfiguredConnectionStringResource(string name, string? environmentVariableName, ParameterResource value)
        : base(name)
    {
        ConnectionStringEnvironmentVariable = environmentVariableName;
        ConnectionStringExpression = ReferenceExpression.Create($"{value}");
    }

    public ReferenceExpression ConnectionStringExpression { get; }

    public string? ConnectionStringEnvironmentVariable { get; }
}
