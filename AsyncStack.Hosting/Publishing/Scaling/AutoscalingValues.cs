using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Scaling;

/// <summary>Values of how one service scales.</summary>
internal sealed class AutoscalingValues
{
    public AutoscalingValues(ValuesSection service, IResource resource)
    {
        Queues = resource.TryGetLastAnnotation<QueueScalingAnnotation>(out var queues) ? queues : null;
        Requests = resource.TryGetLastAnnotation<RequestScalingAnnotation>(out var requests) ? requests : null;
        var values = service.Section("autoscaling", "How the number of pods follows the load.");
        string[] choices = Queues is null ? ["none", "hpa"] : ["none", "hpa", "keda"];
        Mode = values.Choice("mode", Queues is null && Requests is null ? "none" : "hpa", Queues is null
            ? "none, or hpa (a HorizontalPodAutoscaler)"
            : "none, hpa (a HorizontalPodAutoscaler, by CPU) or keda (by the messages that wait; KEDA has to be installed)", choices);
        Minimum = values.Number("minReplicas", 2, "Pods at the least.", Queues is null ? 1 : 0);
        Maximum = values.Number("maxReplicas", 10, "Pods at the most.", 1);
        // An amount, not a share of the requests: those are small, and a share of them would be reached by a pod that idles.
        Cpu = values.Quantity("cpu", "700m", "CPU that a pod may use on average.");
        if (Requests is not null)
            RequestsPerSecond = values.Number("requestsPerSecond", 0, $"Requests a second of a pod on average, by the metric {Requests.Metric}, which a metrics adapter has to serve; 0 for CPU alone.");
        if (Queues is not null)
            MessagesPerPod = values.Number("messagesPerPod", 50, "Messages that wait, for each pod; for keda.", 1);
        UpWindow = values.Number("scaleUpWindowSeconds", 15, "How long the load has to be high before pods are added.", 0, 3600);
        DownWindow = values.Number("scaleDownWindowSeconds", 300, "How long it has to be low before pods are taken away.", 0, 3600);
    }

    public QueueScalingAnnotation? Queues { get; }

    public RequestScalingAnnotation? Requests { get; }

    public Setting<string> Mode { get; }

    public Setting<int> Minimum { get; }

    public Setting<int> Maximum { get; }

    public Setting<string> Cpu { get; }

    public Setting<int>? RequestsPerSecond { get; }

    public Setting<int>? MessagesPerPod { get; }

    public Setting<int> UpWindow { get; }

    public Setting<int> DownWindow { get; }

    public Condition IsOff => Mode.Is("none");
}
