namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Recognises by their first bytes files that are no text in UTF-8.</summary>
internal static class FileSignatures
{
    public static void Refuse(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            throw new DatasetFormatException("The file is empty.");
        var what = Find(head);
        if (what is not null)
            throw new DatasetFormatException($"Line 1, column 1: the file is {what}.", 1, 1);
    }

    private static string? Find(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "Parquet, which is not supported; export it as CSV",
        [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => "a zip archive or Excel workbook; upload the CSV itself, compressed with gzip if at all",
        [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, ..] => "compressed with bzip2; only gzip is supported",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "compressed with xz; only gzip is supported",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "compressed with zstd; only gzip is supported",
        [0x1F, 0x8B, ..] => "compressed with gzip twice; compress it once",
        [0, 0, 0xFE, 0xFF, ..] or [0xFF, 0xFE, 0, 0, ..] => "in UTF-32; save it as UTF-8",
        [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] => "in UTF-16; save it as UTF-8",
        [0, not 0, 0, not 0, ..] or [not 0, 0, not 0, 0, ..] => "in UTF-16, as its NUL characters show; save it as UTF-8",
        _ => null,
    };
}
