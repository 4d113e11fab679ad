namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Counts lines, for messages: a line ends at a line feed, a return, or both together, within quotes also.</summary>
internal static class Lines
{
    public static long Count(ReadOnlySpan<byte> text)
    {
        long lines = text.Count((byte)'\n');
        for (var at = text.IndexOf((byte)'\r'); at >= 0;)
        {
            if (at + 1 == text.Length || text[at + 1] != '\n')
                lines++;
            var next = text[(at + 1)..].IndexOf((byte)'\r');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return lines;
    }

    /// <summary>The fault of a block before which there are so many lines, told to the file's owner.</summary>
    public static DatasetFormatException Locate(ReadOnlySpan<byte> text, long linesBefore, BlockFault fault)
    {
        var line = linesBefore + Count(text[..fault.Offset]) + 1;
        var column = fault.Column is { } number ? $", column {number}" : "";
        return new DatasetFormatException($"Line {line}{column}: {fault.Message}.", line, fault.Column);
    }
}
