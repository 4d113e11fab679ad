namespace AsyncStack.Worker.Datasets.Reading;

/// <summary>Finds how much of a text that begins with a row is whole rows.</summary>
internal static class CsvCutter
{
    public static int Cut(ReadOnlySpan<byte> text, byte delimiter)
    {
        var (whole, at, segment) = (0, 0, 0);
        while (true)
        {
            var quote = text[at..].IndexOf((byte)'"');
            if (quote < 0)
                return Math.Max(whole, LastLineEnd(text, segment, text.Length));
            quote += at;
            // Only a quote that begins a cell opens one; any other is a character of its cell.
            if (quote > 0 && text[quote - 1] != delimiter && text[quote - 1] is not ((byte)'\n' or (byte)'\r'))
            {
                at = quote + 1;
                continue;
            }

            whole = Math.Max(whole, LastLineEnd(text, segment, quote));
            at = AfterClosing(text, quote + 1);
            if (at < 0)
                return whole;
            segment = at;
        }
    }

    private static int AfterClosing(ReadOnlySpan<byte> text, int at)
    {
        while (true)
        {
            var quote = text[at..].IndexOf((byte)'"');
            if (quote < 0)
                return -1;
            at += quote + 1;
            if (at == text.Length || text[at] != '"')
                return at;
            at++;
        }
    }

    // A return at the very end is none yet: the line feed that belongs to it may be the next byte.
    private static int LastLineEnd(ReadOnlySpan<byte> text, int from, int to)
    {
        var feed = text[from..to].LastIndexOf((byte)'\n');
        if (feed >= 0)
            return from + feed + 1;
        var lone = text[from..Math.Max(from, Math.Min(to, text.Length - 1))].LastIndexOf((byte)'\r');
        return lone >= 0 ? from + lone + 1 : 0;
    }
}
