using System.Globalization;
using System.Text;

namespace AsyncStack.Graph.Tests.Datasets;

/// <summary>A table whose answers are known by how it is made: row i is <c>i, i mod 100, 'name i mod 10'</c>; every tenth value is missing.</summary>
internal static class GeneratedTable
{
    public static MemoryStream Small(int rows, int shift = 0) => new(Encoding.UTF8.GetBytes(Text(rows, shift)));

    public static string Text(int rows, int shift = 0)
    {
        var text = new StringBuilder("id,value,name\n");
        for (var i = 0; i < rows; i++)
        {
            var value = i % 10 == 9 ? "" : ((i % 100) + shift).ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{i},{value},\"name {i % 10}\"\n");
        }

        return text.ToString();
    }

    /// <summary>The same many times over in a temporary file that goes when the stream is closed.</summary>
    public static FileStream Large(int megabytes)
    {
        var file = new FileStream(
            Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
        var rows = Encoding.UTF8.GetBytes(Text(10_000));
        var header = Array.IndexOf(rows, (byte)'\n') + 1;
        file.Write(rows, 0, header);
        while (file.Length < megabytes * 1_000_000L)
        {
            file.Write(rows, header, rows.Length - header);
        }

        file.Position = 0;
        return file;
    }
}
