namespace AsyncStack.Core.Counters;

/// <summary>What is counted over all processes.</summary>
public enum Counter
{
    /// <summary>Tasks that were answered from the cache.</summary>
    CacheHits,

    /// <summary>Ended tasks that had to be read from the database.</summary>
    CacheMisses,

    /// <summary>Jobs that workers ended, however they ended.</summary>
    WorkerProcessed,

    /// <summary>Those of them that failed for good.</summary>
    WorkerFailed,

    /// <summary>Attempts that are followed by another.</summary>
    WorkerRetried,
}
