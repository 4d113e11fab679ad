using AsyncStack.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace AsyncStack.Hosting;

/// <summary>Values from outside the graph.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A parameter that has to be configured (<c>Parameters:name</c>, also <c>--Parameters:name=…</c> or <c>Parameters__name</c>).</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
        => builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? throw Missing(name), secret));

    /// <summary>A parameter with a value that configuration may replace.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
        => builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    /// <summary>A parameter with a value that is computed when first asked for, and that configuration may replace.</summary>
    /// <exception cref="ArgumentException">The value would be published and is secret.</exception>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        if (publishValueAsDefault && secret)
            throw new ArgumentException($"Parameter '{name}' is secret, so its value cannot be published as default.", nameof(publishValueAsDefault));
        return builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? valueGetter(), secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(valueGetter) : null,
        });
    }

    /// <summary>A parameter that is generated where configuration has none.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">How it is generated.</param>
    /// <param name="secret">It must not be shown.</param>
    /// <param name="persist">It is the same in later runs of this checkout (kept in <c>.asyncstack/state.json</c>).</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
        => builder.AddResource(CreateGenerated(builder, name, value, secret, persist));

    /// <summary>A connection string from configuration (<c>ConnectionStrings:name</c>).</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="name">Its name.</param>
    /// <param name="environmentVariableName">Replaces <c>ConnectionStrings__name</c> as the variable given to services.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        var value = new ParameterResource(name, _ => builder.Configuration.GetConnectionString(name)
            ?? throw new MissingParameterValueException($"Connection string '{name}' has no value: set 'ConnectionStrings:{name}' in the AppHost's configuration (environment: ConnectionStrings__{name})."), secret: true);
        return builder.AddResource<IResourceWithConnectionString>(new ConfiguredConnectionStringResource(name, environmentVariableName, value));
    }

    /// <summary>A connection string made of other resources' values.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(
        this IDistributedApplicationBuilder builder, string name, ReferenceExpression connectionStringExpression)
        => builder.AddResource(new ConnectionStringResource(name, connectionStringExpression));

    /// <summary>The password a server gets that was given none: its own, random, kept with the checkout, no resource of the graph.</summary>
    internal static ParameterResource CreatePassword(IDistributedApplicationBuilder builder, string name, int length = 22)
        => CreateGenerated(builder, name, new GenerateParameterDefault { MinLength = length, Special = false }, secret: true, persist: true);

    private static ParameterResource CreateGenerated(IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret, bool persist)
    {
        var state = ((DistributedApplicationBuilder)builder).State;
        return new ParameterResource(
            name,
            byDefault => Configured(builder, name) ?? (persist ? state.GetOrAddValue(name, byDefault!.GetDefaultValue) : byDefault!.GetDefaultValue()),
            secret)
        {
            Default = value,
        };
    }

    private static string? Configured(IDistributedApplicationBuilder builder, string name)
        => builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];

    private static MissingParameterValueException Missing(string name)
        => new($"Parameter '{name}' has no value: set 'Parameters:{name}' in the AppHost's configuration (environment: Parameters__{name.Replace('-', '_')}).");

    private sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
    {
        public override string GetDefaultValue() => value();
    }
}
