using AsyncStack.Core.Datasets;

namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Reads datasets: streaming, in parallel, in bounded memory.</summary>
internal static class DatasetReader
{
    private const int SampleBytes = 64 << 10;

    /// <summary>Finds dialect and columns from the first bytes.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be read; the message says why.</exception>
    public static async Task<DatasetHeader> ReadHeaderAsync(DatasetSource source, DatasetReadOptions options, CancellationToken cancellationToken)
    {
        await using var bytes = await OpenAsync(source, options, known: null, cancellationToken);
        return (await ReadHeadAsync(source, bytes, options, cancellationToken)).Header;
    }

    /// <summary>Gives every row to the pass. Cancellation is noticed within a block.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be read; the message names line and column of the first fault.</exception>
    public static async Task<ReadSummary> ReadAsync<TPart>(
        DatasetSource source, DatasetReadOptions options, BlockPass<TPart> pass, ReadRequest request, CancellationToken cancellationToken)
    {
        await using var bytes = await OpenAsync(source, options, request.Header, cancellationToken);
        var (header, lines) = await ReadHeadAsync(source, bytes, options, cancellationToken);
        using var pipeline = new BlockPipeline<TPart>(bytes, header, options, pass, request, lines);
        await pipeline.RunAsync(cancellationToken);
        if (pipeline.Rows == 0 && request.MaxRows != 0)
            throw new DatasetFormatException($"Line {lines + 1}, column 1: the file has a header but no rows.", lines + 1, 1);
        WorkerMetrics.CountRead(pipeline.Rows, bytes.Bytes);
        return new ReadSummary(header, pipeline.Rows, bytes.Bytes);
    }

    // The rows of JSON can be given only when all columns are known, which takes a pass of its own unless the header is at hand.
    private static async Task<ByteSource> OpenAsync(
        DatasetSource source, DatasetReadOptions options, DatasetHeader? known, CancellationToken cancellationToken)
    {
        if (source.Format == DatasetFormat.Csv)
            return await ByteSource.OpenAsync(source, options, cancellationToken);
        var columns = known?.Columns ?? await FindColumnsAsync(source, options, cancellationToken);
        return ByteSource.OfJson(await ByteSource.OpenAsync(source, options, cancellationToken), columns, options);
    }

    private static async Task<IReadOnlyList<string>> FindColumnsAsync(
        DatasetSource source, DatasetReadOptions options, CancellationToken cancellationToken)
    {
        await using var bytes = await ByteSource.OpenAsync(source, options, cancellationToken);
        return await JsonColumns.FindAsync(bytes, options, cancellationToken);
    }

    private static async Task<(DatasetHeader Header, long Lines)> ReadHeadAsync(
        DatasetSource source, ByteSource bytes, DatasetReadOptions options, CancellationToken cancellationToken)
    {
        using var head = new RowBlock();
        for (var size = SampleBytes; ; size = Math.Min(size * 4, options.MaxRowBytes + SampleBytes))
        {
            head.Reserve(size + 1, keep: 0);
            var length = await bytes.ReadAsync(head.Buffer.AsMemory(0, size), cancellationToken);
            var whole = length < size;
            var bom = head.Buffer.AsSpan(0, length).StartsWith("\uFEFF"u8);
            FileSignatures.Refuse(head.Buffer.AsSpan(0, length));
            var text = head.Buffer.AsSpan(bom ? 3 : 0, length - (bom ? 3 : 0)).ToArray();
            if (!whole && size <= options.MaxRowBytes && !text.AsSpan().ContainsAny((byte)'\n', (byte)'\r'))
            {
                bytes.PutBack(head.Buffer.AsSpan(0, length));
                continue;
            }

            text.CopyTo(head.Buffer, 0);
            var end = text.Length;
            if (whole && end > 0 && text[^1] is not ((byte)'\n' or (byte)'\r'))
                head.Buffer[end++] = (byte)'\n';
            head.Length = end;
            var (header, rowsAt, lines) = CsvHead.Read(head, source.Format, bom, bytes.Gzip, whole, options);
            if (rowsAt < text.Length)
                bytes.PutBack(text.AsSpan(rowsAt));
            return (header, lines);
        }
    }
}
