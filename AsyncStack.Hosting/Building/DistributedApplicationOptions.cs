namespace AsyncStack.Hosting;

/// <summary>How a graph is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Arguments of the AppHost.</summary>
    public string[]? Args { get; set; }

    /// <summary>Name of the AppHost's assembly; the entry assembly unless stated.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>
    /// Random ports and passwords, and data under the temporary folder that is removed when the application is disposed;
    /// nothing is read from or written to the checkout. Off unless stated; on for tests.
    /// </summary>
    public bool ThrowAway { get; set; }

    /// <summary>
    /// No dashboard, and no telemetry sent to one. Off unless stated; on for tests. <c>--Dashboard:Enabled=false</c> and
    /// <c>Dashboard__Enabled=false</c> do the same for one run.
    /// </summary>
    public bool DisableDashboard { get; set; }

    /// <summary>No status on the terminal.</summary>
    public bool Quiet { get; set; }
}
