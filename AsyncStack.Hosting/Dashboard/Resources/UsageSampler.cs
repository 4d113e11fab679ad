using AsyncStack.Hosting.ApplicationModel;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>
/// What each replica uses, its process and all that it started. All who watch share one look at the processes; while nobody does, there
/// is none. Containers' processes belong to their engine and are not seen.
/// </summary>
internal sealed class UsageSampler(DistributedApplicationModel model, ResourceNotificationService notifications, TimeProvider time)
{
    /// <summary>How often those who watch are told.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private Dictionary<int, TimeSpan> _times = [];
    private IReadOnlyList<UsageView> _latest = [];
    private long? _at;

    /// <summary>The use since the look before; the first look after a while has nothing to compare with and tells no processor time.</summary>
    public IReadOnlyList<UsageView> Sample()
    {
        lock (_gate)
        {
            var elapsed = _at is { } at ? time.GetElapsedTime(at) : Timeout.InfiniteTimeSpan;
            if (_at is not null && elapsed < Interval * 0.5)
                return _latest;
            if (elapsed > Interval * 3)
                _times = [];
            _at = time.GetTimestamp();
            return _latest = Look(elapsed);
        }
    }

    private List<UsageView> Look(TimeSpan elapsed)
    {
        var processes = ProcessUsage.Read();
        var times = new Dictionary<int, TimeSpan>();
        var views = new List<UsageView>();
        foreach (var (name, replica) in Replicas())
        {
            if (processes.Of(replica.ProcessId!.Value) is not { } used)
                continue;
            times[replica.ProcessId.Value] = used.Processor;
            var spent = _times.TryGetValue(replica.ProcessId.Value, out var before) && elapsed > TimeSpan.Zero ? (used.Processor - before) / elapsed : 0;
            views.Add(new UsageView(name, replica.Index, Math.Round(Math.Max(0, spent), 3), used.MemoryBytes));
        }

        _times = times;
        return views;
    }

    private IEnumerable<(string Name, ReplicaSnapshot Replica)> Replicas()
        => from resource in model.Resources
           let state = notifications.TryGetCurrentState(resource.Name, out var now) ? now.Snapshot : null
           where state is not null
           from replica in state.Replicas
           where replica.ProcessId is not null
           select (resource.Name, replica);
}
