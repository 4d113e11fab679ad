using System.IO.Pipelines;
using System.Runtime.ExceptionServices;
using AsyncStack.Core.Storage;

namespace AsyncStack.Worker.Datasets;

/// <summary>Stores a result while it is produced, in bounded memory. It appears whole, or what was there before stays.</summary>
internal sealed class ResultUpload
{
    private const int PauseBytes = 4 << 20;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false));

    private Exception? _fault;

    /// <summary>
    /// Stores at <paramref name="uri"/> what <paramref name="produce"/> writes. What it throws comes out of here as it is, and
    /// so does what storage throws, after the producer has ended.
    /// </summary>
    public static Task<StoredObject> RunAsync(
        IObjectStorage storage, ObjectUri uri, Func<ResultWriter, CancellationToken, Task> produce, CancellationToken cancellationToken) =>
        new ResultUpload().StoreAsync(storage, uri, produce, cancellationToken);

    private async Task<StoredObject> StoreAsync(
        IObjectStorage storage, ObjectUri uri, Func<ResultWriter, CancellationToken, Task> produce, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var producing = Task.Run(() => ProduceAsync(produce, stopping.Token), CancellationToken.None);
        try
        {
            // Left open: closed here, the producer would look like the one who failed first.
            await using var content = _pipe.Reader.AsStream(leaveOpen: true);
            return await storage.PutAsync(uri, content, cancellationToken: stopping.Token);
        }
        catch when (_fault is not null && !cancellationToken.IsCancellationRequested)
        {
            ExceptionDispatchInfo.Throw(_fault);
            throw;
        }
        finally
        {
            await stopping.CancelAsync();
            await _pipe.Reader.CompleteAsync();
            await producing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The fault is kept before the pipe tells storage of it, which may wrap it in one of its own.
    private async Task ProduceAsync(Func<ResultWriter, CancellationToken, Task> produce, CancellationToken cancellationToken)
    {
        try
        {
            await produce(new ResultWriter(_pipe.Writer, cancellationToken), cancellationToken);
            await _pipe.Writer.CompleteAsync();
        }
        catch (Exception exception)
        {
            _fault = exception;
            await _pipe.Writer.CompleteAsync(exception);
        }
    }
}
