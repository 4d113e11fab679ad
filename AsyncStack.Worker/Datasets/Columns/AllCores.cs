using System.Runtime.ExceptionServices;

namespace AsyncStack.Worker.Datasets.Columns;

/// <summary>Work that falls into independent items, dealt out to all cores.</summary>
internal static class AllCores
{
    /// <summary>
    /// Gives each item, 0 to <paramref name="items"/> − 1, to one of as many threads as there are cores, each with a state of its own.
    /// Answers the states; what an item throws comes out as it is.
    /// </summary>
    /// <exception cref="OperationCanceledException">Noticed before each item.</exception>
    public static TState[] Deal<TState>(int items, Func<TState> newState, Action<int, TState> work, CancellationToken cancellationToken)
    {
        var states = new TState[Math.Clamp(items, 1, Environment.ProcessorCount)];
        var next = -1;
        try
        {
            Parallel.For(0, states.Length, thread =>
            {
                var state = states[thread] = newState();
                for (int item; (item = Interlocked.Increment(ref next)) < items && !cancellationToken.IsCancellationRequested;)
                {
                    work(item, state);
                }
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return states;
    }
}
