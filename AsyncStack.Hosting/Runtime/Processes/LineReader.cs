using System.Text;

namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>Splits a stream into lines of bounded length.</summary>
internal static class LineReader
{
    /// <summary>Longest line passed on, in characters; a longer one arrives in pieces.</summary>
    public const int MaximumLength = 16 * 1024;

    /// <summary>Reads to the end of the stream; a stream that breaks counts as ended.</summary>
    public static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        try
        {
            int count;
            while ((count = await reader.ReadAsync(buffer)) > 0)
            {
                Append(buffer.AsSpan(0, count), line, onLine);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe was closed under the reader because its process has ended.
        }

        if (line.Length > 0)
        {
            onLine(line.ToString());
        }
    }

    private static void Append(ReadOnlySpan<char> text, StringBuilder line, Action<string> onLine)
    {
        foreach (var character in text)
        {
            if (character != '\n')
            {
                line.Append(character);
            }

            if (character == '\n' || line.Length == MaximumLength)
            {
                onLine(line.ToString().TrimEnd('\r'));
                line.Clear();
            }
        }
    }
}
