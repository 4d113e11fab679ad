namespace AsyncStack.Bench.Reporting;

/// <summary>What was measured of resources.</summary>
internal sealed class ResourceFigures
{
    public CallFigures? Create { get; set; }

    public CallFigures? Read { get; set; }

    public CallFigures? Replace { get; set; }

    public CallFigures? Delete { get; set; }

    /// <summary>Events of all changes, from the first request until the last was taken in.</summary>
    public double? EventsPerSecond { get; set; }

    /// <summary>Requests that were refused and events that are not there: a run with any is worth nothing.</summary>
    public List<string> Faults { get; } = [];
}
