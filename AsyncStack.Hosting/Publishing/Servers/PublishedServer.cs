using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Secrets;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Servers;

/// <summary>
/// A server of the graph in a cluster: run by the chart (embedded), by an operator whose objects the chart makes, or by somebody else
/// (external).
/// </summary>
internal abstract class PublishedServer
{
    private readonly ServerExternalValues _external;

    protected PublishedServer(ChartContext chart, ContainerResource resource, ServerTraits traits)
    {
        (Chart, Resource) = (chart, resource);
        Values = chart.Root.Section(ValuesKey.Of(resource.Name), traits.Meaning);
        Mode = Values.Choice("mode", "embedded", traits.Modes, "embedded", "operator", "external");
        Embedded = new EmbeddedValues(Values, resource, traits);
        Operator = Values.Section("operator", traits.OperatorMeaning);
        _external = new ServerExternalValues(Values, traits);
        Port = traits.Port;
    }

    public string Name => Resource.Name;

    public ContainerResource Resource { get; }

    public int Port { get; }

    /// <summary>The endpoint that clients connect to.</summary>
    public string ClientEndpoint => Resource.GetAnnotations<EndpointAnnotation>().First().Name;

    public Condition IsEmbedded => Mode.Is("embedded");

    public Condition IsOperated => Mode.Is("operator");

    public Condition IsExternal => Mode.Is("external");

    /// <summary>Where clients connect.</summary>
    public Text Host => Chart.Helpers.Define($"{Name}.host", Pick(Chart.Release.NameOf(Name), OperatorHost, Required(_external.Host)));

    /// <summary>The port clients connect to.</summary>
    public Text ClientPort => Chart.Helpers.Define($"{Name}.port", Text.Choose(IsExternal, _external.Port.AsText(), $"{Port}"));

    /// <summary>Who the clients say they are.</summary>
    public abstract IReadOnlyList<PublishedSecret> Secrets { get; }

    /// <summary>Labels of the pods that the operator runs; null where it runs them somewhere else.</summary>
    public abstract Labels? OperatorPods { get; }

    /// <summary>Networks of an external server; empty for any.</summary>
    public Setting<object[]> ExternalNetworks => _external.Networks;

    public Setting<int> ExternalPort => _external.Port;

    protected ChartContext Chart { get; }

    protected ValuesSection Values { get; }

    protected Setting<string> Mode { get; }

    protected EmbeddedValues Embedded { get; }

    protected ValuesSection Operator { get; }

    protected ServerExternalValues External => _external;

    protected abstract Text OperatorHost { get; }

    /// <summary>What clients are given to connect.</summary>
    public Text ConnectionString(IResource resource) => Chart.Helpers.Define($"{resource.Name}.connection", ConnectionTo(resource));

    protected abstract Text ConnectionTo(IResource resource);

    /// <summary>The server's objects in every mode.</summary>
    public abstract IEnumerable<ChartDocument> Documents();

    /// <summary>A secret value that the chart generates, an operator makes or an external server's owner gives.</summary>
    protected PublishedSecret Secret(string name, int length, string? text, Text operatorSecret, Text operatorKey, Setting<string> externalKey)
    {
        var credentials = Chart.Credentials;
        var given = Text.Choose(External.ExistingSecret.IsSet, External.ExistingSecret.AsText(), credentials.SecretName);
        var givenKey = Text.Choose(External.ExistingSecret.IsSet, externalKey.AsText(), name);
        return credentials.Declare(name, length, text, Pick(credentials.SecretName, operatorSecret, given), Pick(name, operatorKey, givenKey));
    }

    protected Text Pick(Text embedded, Text @operator, Text external) =>
        Text.Choose(IsEmbedded, embedded, Text.Choose(IsOperated, @operator, external));

    protected string PathOf(PublishedSecret secret) => Chart.Credentials.PathOf(secret);

    /// <summary>The endpoints that pods of the graph use.</summary>
    protected IEnumerable<(string Name, int Number)> Ports() => Resource.GetAnnotations<EndpointAnnotation>()
        .Select(e => (e.Name, e.TargetPort ?? throw new DistributedApplicationException($"Endpoint '{e.Name}' of '{Name}' needs a target port to be published.")));

    private static Text Required(Setting<string> setting) =>
        Text.Action($"required \"{setting.Path} is needed, since the server is external\" {setting.Code}", setting.ByDefault);
}

/// <summary>What is known of a kind of server.</summary>
internal sealed record ServerTraits(string Meaning, string Modes, string OperatorMeaning, int Port)
{
    /// <summary>User and group of the image.</summary>
    public required int User { get; init; }

    public required ResourceRequirements Resources { get; init; }

    public required string Storage { get; init; }

    /// <summary>Keys in the Secret of an external server, with what they hold.</summary>
    public required (string Key, string ByDefault, string Meaning)[] ExternalKeys { get; init; }
}
