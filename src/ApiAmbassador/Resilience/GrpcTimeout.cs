using System.Globalization;

namespace ApiAmbassador.Resilience;

/// <summary>The deadline that a gRPC caller brings: the header <c>grpc-timeout</c>, at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    /// <summary>The longest that is taken for a deadline: whoever waits longer has none, and timers do not go on for ever.</summary>
    private static readonly TimeSpan Max = TimeSpan.FromDays(1);

    /// <summary>How long the caller will wait, or null where it does not say or is no gRPC caller.</summary>
    public static TimeSpan? Of(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
        && request.Headers["grpc-timeout"] is [{ } text]
        && Parse(text) is { } timeout && timeout <= Max
            ? timeout
            : null;

    /// <summary>Reads it: <c>H</c>ours, <c>M</c>inutes, <c>S</c>econds, <c>m</c>illi-, <c>u</c> micro- or <c>n</c>anoseconds. Null if it is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        return text[^1] switch
        {
            'H' => TimeSpan.FromTicks(value * TimeSpan.TicksPerHour),
            'M' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMinute),
            'S' => TimeSpan.FromTicks(value * TimeSpan.TicksPerSecond),
            'm' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMillisecond),
            'u' => TimeSpan.FromTicks(value * TimeSpan.TicksPerMicrosecond),
            'n' => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }
}
