using System.Buffers.Binary;
using System.Text;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>Asks an AMQP 0-9-1 broker: logs in and opens a connection on the default virtual host.</summary>
internal static class AmqpProbe
{
    private const ushort Connection = 10;
    private const ushort Start = 10;
    private const ushort StartOk = 11;
    private const ushort Tune = 30;
    private const ushort TuneOk = 31;
    private const ushort Open = 40;
    private const ushort OpenOk = 41;
    private const ushort Close = 50;
    private const ushort CloseOk = 51;
    private const byte FrameEnd = 0xCE;

    /// <summary>Null when a client could open a connection with these, else the reason it could not.</summary>
    public static Task<string?> ReadyAsync(int port, string user, string password, CancellationToken cancellationToken) =>
        LoopbackStream.ProbeAsync(port, (stream, token) => OpenAsync(stream, user, password, token), cancellationToken);

    private static async Task<string?> OpenAsync(
        LoopbackStream stream, string user, string password, CancellationToken cancellationToken)
    {
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellationToken);
        while (true)
        {
            var frame = await ReceiveAsync(stream, cancellationToken);
            switch (BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(2)))
            {
                case Start:
                    await SendAsync(stream, StartOk, [.. Table(Capabilities), .. Short("PLAIN"), .. Long($"\0{user}\0{password}"), .. Short("en_US")], cancellationToken);
                    break;
                case Tune:
                    // Channels and frame size as offered, no heartbeats: this connection lives for milliseconds.
                    await SendAsync(stream, TuneOk, [.. frame[4..10], 0, 0], cancellationToken);
                    await SendAsync(stream, Open, [.. Short("/"), .. Short(""), 0], cancellationToken);
                    break;
                case OpenOk:
                    await SendAsync(stream, Close, [0, 200, .. Short("ready"), 0, 0, 0, 0], cancellationToken);
                    break;
                case CloseOk:
                    return null;
                case Close:
                    return Encoding.UTF8.GetString(frame, 7, frame[6]);
                default:
                    return "the broker answered with an unknown method";
            }
        }
    }

    // Asked for, so that a refused login is told with a reason instead of a closed connection.
    private static byte[] Capabilities =>
        [.. Short("capabilities"), (byte)'F', .. Table([.. Short("authentication_failure_close"), (byte)'t', 1])];

    private static byte[] Short(string text) => [(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Long(string text) => Table(Encoding.UTF8.GetBytes(text));

    private static byte[] Table(byte[] content)
    {
        var bytes = new byte[4 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, content.Length);
        content.CopyTo(bytes, 4);
        return bytes;
    }

    private static Task SendAsync(LoopbackStream stream, ushort method, byte[] arguments, CancellationToken cancellationToken)
    {
        byte[] frame = [1, 0, 0, .. Table([0, (byte)Connection, 0, (byte)method, .. arguments]), FrameEnd];
        return stream.WriteAsync(frame, cancellationToken);
    }

    private static async Task<byte[]> ReceiveAsync(LoopbackStream stream, CancellationToken cancellationToken)
    {
        await stream.ReadAsync(3, cancellationToken);
        var length = await stream.ReadInt32Async(cancellationToken);
        var payload = await stream.ReadAsync(length, cancellationToken);
        await stream.ReadAsync(1, cancellationToken);
        return payload;
    }
}
