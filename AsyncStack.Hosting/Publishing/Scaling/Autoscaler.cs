using System.Globalization;
using AsyncStack.Hosting.Publishing.Helm;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Scaling;

/// <summary>Lets a Deployment follow its load.</summary>
internal sealed class Autoscaler(ChartContext chart, string service, AutoscalingValues values, PublishedServers servers)
{
    public IEnumerable<ChartDocument> Documents()
    {
        var folder = $"templates/{service}";
        yield return new($"{folder}/autoscaler.yaml", ByLoad(), values.Mode.Is("hpa"));
        if (values.Queues is not { } queues || servers.Find(queues.Broker) is not RabbitMqServer broker)
            yield break;
        yield return new($"{folder}/scaledobject.yaml", Authentication(broker), values.Mode.Is("keda"));
        yield return new($"{folder}/scaledobject.yaml", ByBacklog(broker, queues.Queues), values.Mode.Is("keda"));
    }

    private HorizontalPodAutoscaler ByLoad() => new()
    {
        Metadata = chart.Release.Meta(service),
        Spec = new HorizontalPodAutoscalerSpec
        {
            ScaleTargetRef = new ScaleTarget(chart.Release.NameOf(service)),
            // Down to zero goes KEDA alone.
            MinReplicas = values.Queues is null
                ? values.Minimum
                : Text.Action($"max 1 {values.Minimum.Code}", values.Minimum.ByDefault.ToString(CultureInfo.InvariantCulture)),
            MaxReplicas = values.Maximum,
            Metrics = [Cpu(), .. Requests()],
            Behavior = Behavior(),
        },
    };

    private MetricSpec Cpu() => new("Resource")
    {
        Resource = new ResourceMetric("cpu", new MetricTarget("AverageValue") { AverageValue = values.Cpu }),
    };

    private IEnumerable<Field<MetricSpec>> Requests()
    {
        if (values.RequestsPerSecond is not { } limit)
            yield break;
        yield return Field.When(limit.IsSet, new MetricSpec("Pods")
        {
            Pods = new PodsMetric(new MetricIdentifier(values.Requests!.Metric), new MetricTarget("AverageValue") { AverageValue = limit.AsText() }),
        });
    }

    private TriggerAuthentication Authentication(RabbitMqServer broker) => new()
    {
        Metadata = chart.Release.Meta(service),
        Spec = new TriggerAuthenticationSpec
        {
            SecretTargetRef =
            [
                new SecretTarget("username", broker.User.SecretName, broker.User.Key),
                new SecretTarget("password", broker.Password.SecretName, broker.Password.Key),
            ],
        },
    };

    private ScaledObject ByBacklog(RabbitMqServer broker, string[] queues) => new()
    {
        Metadata = chart.Release.Meta(service),
        Spec = new ScaledObjectSpec
        {
            ScaleTargetRef = new ScaleTarget(chart.Release.NameOf(service)),
            PollingInterval = 10,
            CooldownPeriod = values.DownWindow,
            MinReplicaCount = values.Minimum,
            MaxReplicaCount = values.Maximum,
            Advanced = new AdvancedScaling(new HpaConfig(Behavior())),
            Triggers = [.. queues.Select(queue => (Field<ScaleTrigger>)Trigger(broker, queue))],
        },
    };

    private ScaleTrigger Trigger(RabbitMqServer broker, string queue) => new("rabbitmq")
    {
        MetricType = "AverageValue",
        Metadata = new Labels
        {
            // Within the cluster and its own DNS domain, since KEDA asks from another namespace.
            ["host"] = broker.AddressFrom(Text.Action(".Release.Namespace", "default")),
            ["protocol"] = "amqp",
            ["queueName"] = queue,
            ["mode"] = "QueueLength",
            ["value"] = values.MessagesPerPod!.AsText(),
        },
        AuthenticationRef = new NamedReference(chart.Release.NameOf(service)),
    };

    private ScalingBehavior Behavior() => new(
        new ScalingRules { StabilizationWindowSeconds = values.UpWindow, Policies = [new ScalingPolicy("Percent", 100, 15), new ScalingPolicy("Pods", 4, 15)] },
        new ScalingRules { StabilizationWindowSeconds = values.DownWindow, Policies = [new ScalingPolicy("Percent", 50, 60)] });
}
