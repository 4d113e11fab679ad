using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace AsyncStack.Core.ResourceTasks;

/// <summary>Where a page of tasks ended, as opaque text: the last task's time and id.</summary>
internal readonly record struct ResourceTaskCursor(DateTimeOffset CreatedAt, string Id)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="FormatException">No page ended so.</exception>
    public static ResourceTaskCursor Parse(string text)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
            var id = StrictUtf8.GetString(bytes.AsSpan(sizeof(long)));
            return id.Contains('\0') ? throw Unknown(text, null) : new(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw Unknown(text, exception);
        }
    }

    public override string ToString()
    {
        var bytes = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(Id)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, CreatedAt.UtcTicks);
        Encoding.UTF8.GetBytes(Id, bytes.AsSpan(sizeof(long)));
        return Base64Url.EncodeToString(bytes);
    }

    private static FormatException Unknown(string text, Exception? cause) =>
        new($"The cursor is '{text}'; take it from the page before.", cause);
}
