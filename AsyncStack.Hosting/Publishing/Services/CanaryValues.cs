using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Services;

/// <summary>Values of a second version of what answers requests.</summary>
internal sealed class CanaryValues
{
    public CanaryValues(ValuesSection root)
    {
        var values = root.Section("canary", "A second version of what answers requests, beside the first: for canaries, and for blue and green (weight 0, then 100).");
        Enabled = values.Flag("enabled", false, "Whether it runs.");
        Tag = values.Text("tag", "", "Its images' tag.");
        Replicas = values.Number("replicas", 1, "Pods of each of its services.", 1);
        Weight = values.Number("weight", 0, "Percent of requests that it gets. Needs Gateway API; an Ingress sends it all (100) or nothing.", 0, 100);
    }

    public Setting<bool> Enabled { get; }

    public Setting<string> Tag { get; }

    public Setting<int> Replicas { get; }

    public Setting<int> Weight { get; }
}
