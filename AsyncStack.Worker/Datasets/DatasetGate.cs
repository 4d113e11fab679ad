using AsyncStack.Worker.Datasets.Columns;
using Microsoft.Extensions.Options;

namespace AsyncStack.Worker.Datasets;

/// <summary>Lets only so many dataset jobs of this worker run at once, which bounds its peak memory.</summary>
internal sealed class DatasetGate(IOptions<DatasetJobOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.ConcurrentJobs);

    /// <summary>Waits for a turn; disposing what it gives ends it.</summary>
    /// <exception cref="OperationCanceledException">The wait is no longer wanted; no turn is taken.</exception>
    public async Task<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Turn(_free);
    }

    public void Dispose() => _free.Dispose();

    /// <summary>A job's turn, at whose end the job holds no data any more.</summary>
    internal sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                FreedMemory.GiveBack();
                free.Release();
            }
        }
    }
}
