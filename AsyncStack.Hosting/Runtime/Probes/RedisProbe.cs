using System.Text;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>Asks Redis: logs in and pings, so that a server still loading its data is not ready.</summary>
internal static class RedisProbe
{
    /// <summary>Null when a client could use the server, else the reason it could not.</summary>
    public static Task<string?> ReadyAsync(int port, string? password, CancellationToken cancellationToken) =>
        LoopbackStream.ProbeAsync(port, (stream, token) => AskAsync(stream, password, token), cancellationToken);

    private static async Task<string?> AskAsync(LoopbackStream stream, string? password, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(password))
        {
            var login = await SendAsync(stream, ["AUTH", password], cancellationToken);
            if (login != "+OK")
            {
                return login.TrimStart('-');
            }
        }

        var pong = await SendAsync(stream, ["PING"], cancellationToken);
        return pong == "+PONG" ? null : pong.TrimStart('-');
    }

    private static async Task<string> SendAsync(LoopbackStream stream, string[] command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder().Append('*').Append(command.Length).Append("\r\n");
        foreach (var part in command)
        {
            text.Append('$').Append(Encoding.UTF8.GetByteCount(part)).Append("\r\n").Append(part).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        return await stream.ReadLineAsync(cancellationToken);
    }
}
