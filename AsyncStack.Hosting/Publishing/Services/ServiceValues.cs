using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Publishing.Hints;
using AsyncStack.Hosting.Publishing.Kubernetes;
using AsyncStack.Hosting.Publishing.Scaling;
using AsyncStack.Hosting.Publishing.Servers;
using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>Values of one service.</summary>
internal sealed class ServiceValues
{
    private static readonly TimeSpan UsualDrain = TimeSpan.FromSeconds(25);

    public ServiceValues(ValuesSection root, IResource resource, string meaning)
    {
        resource.TryGetLastAnnotation<ResourcesAnnotation>(out var amounts);
        resource.TryGetLastAnnotation<DrainAnnotation>(out var drain);
        Section = root.Section(ValuesKey.Of(resource.Name), meaning);
        if (resource is ContainerResource && resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image))
        {
            Image = Section.Text("image", $"{image.Registry ?? "docker.io/library"}/{image.Image}:{image.Tag}", "Its image.", ValuesKey.ImagePattern);
            User = Section.Number("runAsUser", ContainerTraits.For(image.Image).User, "User and group of the image's process.", 1);
        }

        resource.TryGetLastAnnotation<PublishedReplicasAnnotation>(out var replicas);
        Replicas = Section.Number("replicas", replicas?.Count ?? Math.Max(2, resource.GetReplicaCount()), "Pods, while nothing scales them.", 1);
        Autoscaling = new AutoscalingValues(Section, resource);
        Resources = Section.Resources(amounts is null
            ? ResourceRequirements.Of("50m", "128Mi", "1", "512Mi")
            : ResourceRequirements.Of(amounts.Cpu, amounts.Memory, amounts.CpuLimit, amounts.MemoryLimit));
        Scratch = Section.Quantity("scratchSize", amounts?.Scratch ?? "256Mi", "Room for temporary files.");
        DrainSeconds = Section.Number("drainSeconds", (int)(drain?.Time ?? UsualDrain).TotalSeconds, "Time a pod gets to end what it has begun, when it is stopped.", 1, 3600);
        PriorityClass = Section.Text("priorityClassName", "", "PriorityClass of its pods.");
        resource.TryGetLastAnnotation<FixedVariablesAnnotation>(out var settled);
        Environment = Section.Block<object[]>("env", [], "More variables, as in a container's spec.", settled is null ? Schema.KubernetesObjects : Schema.VariablesBut(settled.Names));
    }

    public ValuesSection Section { get; }

    public Setting<string>? Image { get; }

    public Setting<int>? User { get; }

    public Setting<int> Replicas { get; }

    public AutoscalingValues Autoscaling { get; }

    public Setting<ResourceRequirements> Resources { get; }

    public Setting<string> Scratch { get; }

    public Setting<int> DrainSeconds { get; }

    public Setting<string> PriorityClass { get; }

    public Setting<object[]> Environment { get; }

    /// <summary>The drain time and some more, in seconds.</summary>
    public Text DrainAnd(int more) =>
        Text.Action($"add {DrainSeconds.Code} {more}", (DrainSeconds.ByDefault + more).ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The drain time and some more, as .NET reads a span of time.</summary>
    public Text DrainSpan(int more)
    {
        var total = more == 0 ? DrainSeconds.Code : $"(add {DrainSeconds.Code} {more})";
        return Text.Action(
            $"printf \"%02d:%02d:%02d\" (div {total} 3600) (div (mod {total} 3600) 60) (mod {total} 60)",
            TimeSpan.FromSeconds(DrainSeconds.ByDefault + more).ToString("c"));
    }
}
