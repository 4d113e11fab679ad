using System.Buffers.Binary;
using System.Text;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>Asks Postgres: logs in as a client would, up to the message that queries may be sent.</summary>
internal static class PostgresProbe
{
    private const int ProtocolVersion3 = 196608;
    private const string Mechanism = "SCRAM-SHA-256";
    private const int AuthenticationOk = 0;
    private const int AuthenticationSasl = 10;
    private const int AuthenticationSaslContinue = 11;
    private const int AuthenticationSaslFinal = 12;

    /// <summary>Null when a client could log in with these, else the reason it could not.</summary>
    public static Task<string?> ReadyAsync(int port, string user, string password, CancellationToken cancellationToken) =>
        LoopbackStream.ProbeAsync(port, (stream, token) => LoginAsync(stream, user, password, token), cancellationToken);

    private static async Task<string?> LoginAsync(
        LoopbackStream stream, string user, string password, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Startup(user), cancellationToken);
        var scram = new ScramClient(password);
        while (true)
        {
            var (kind, body) = await ReceiveAsync(stream, cancellationToken);
            switch (kind)
            {
                case 'R':
                    if (Answer(body, scram) is { } answer)
                    {
                        await stream.WriteAsync(Message('p', answer), cancellationToken);
                    }

                    break;
                case 'E':
                    return ErrorText(body);
                case 'Z':
                    await stream.WriteAsync(Message('X', []), cancellationToken);
                    return null;
                default:
                    break;
            }
        }
    }

    // The answer to an authentication request; null where none is due.
    private static byte[]? Answer(byte[] body, ScramClient scram)
    {
        var rest = Encoding.UTF8.GetString(body, 4, body.Length - 4);
        switch (BinaryPrimitives.ReadInt32BigEndian(body))
        {
            case AuthenticationSasl:
                var first = Encoding.UTF8.GetBytes(scram.First());
                var length = new byte[4];
                BinaryPrimitives.WriteInt32BigEndian(length, first.Length);
                return [.. Encoding.UTF8.GetBytes(Mechanism), 0, .. length, .. first];
            case AuthenticationSaslContinue:
                return Encoding.UTF8.GetBytes(scram.Final(rest));
            case AuthenticationOk or AuthenticationSaslFinal:
                return null;
            default:
                throw new NotSupportedException("Postgres asks for another authentication than scram-sha-256; see its pg_hba.conf.");
        }
    }

    private static byte[] Startup(string user)
    {
        byte[] parameters = [.. Encoding.UTF8.GetBytes($"user\0{user}\0database\0postgres\0"), 0];
        var packet = new byte[8 + parameters.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), ProtocolVersion3);
        parameters.CopyTo(packet, 8);
        return packet;
    }

    private static byte[] Message(char kind, byte[] body)
    {
        var packet = new byte[5 + body.Length];
        packet[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(1), 4 + body.Length);
        body.CopyTo(packet, 5);
        return packet;
    }

    private static async Task<(char Kind, byte[] Body)> ReceiveAsync(LoopbackStream stream, CancellationToken cancellationToken)
    {
        var kind = (char)(await stream.ReadAsync(1, cancellationToken))[0];
        var length = await stream.ReadInt32Async(cancellationToken);
        return (kind, await stream.ReadAsync(length - 4, cancellationToken));
    }

    // Fields are a letter and a text, each ended by zero; M is the message.
    private static string ErrorText(byte[] body) =>
        Encoding.UTF8.GetString(body).Split('\0').FirstOrDefault(field => field.StartsWith('M'))?[1..] ?? "Postgres refused the login";
}
