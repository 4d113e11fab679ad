using System.Globalization;

namespace AsyncStack.Api.Grpc.Protocol;

/// <summary>The value of <c>grpc-timeout</c>: one to eight digits and a unit. Source: grpc/grpc, doc/PROTOCOL-HTTP2.md, Requests.</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const int NanosecondsPerTick = 100;

    /// <summary>Reads a timeout; 0, which a client sends whose deadline has passed meanwhile, is one too.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1 || text[..^1].ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        // Eight digits of hours still fit into the ticks of a TimeSpan.
        var value = long.Parse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture);
        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => (value + NanosecondsPerTick - 1) / NanosecondsPerTick,
            _ => null,
        };
        timeout = TimeSpan.FromTicks(ticks ?? 0);
        return ticks is not null;
    }
}
