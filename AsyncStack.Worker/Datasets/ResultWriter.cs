using System.Buffers;
using System.IO.Pipelines;

namespace AsyncStack.Worker.Datasets;

/// <summary>Where a result is written while it is being stored. For one thread at a time.</summary>
internal sealed class ResultWriter(PipeWriter target, CancellationToken cancellationToken)
{
    private const int FlushBytes = 64 * 1024;

    private int _unflushed;

    /// <summary>Takes the bytes; waits while storage is behind.</summary>
    /// <exception cref="OperationCanceledException">Storage takes no more, or the job is no longer wanted.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        target.Write(bytes);
        _unflushed += bytes.Length;
        if (_unflushed >= FlushBytes)
        {
            _unflushed = 0;
            Flush();
        }
    }

    // Blocks of a pass are merged by a method that cannot wait otherwise; one thread of the pool, while storage is behind.
    private void Flush()
    {
        var flushing = target.FlushAsync(cancellationToken);
        var result = flushing.IsCompleted ? flushing.Result : flushing.AsTask().GetAwaiter().GetResult();
        if (result.IsCompleted)
        {
            throw new OperationCanceledException("Storage takes no more of the result.");
        }
    }
}
