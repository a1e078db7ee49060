using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace ApiAmbassador.Resilience;

/// <summary>How long to wait before trying again.</summary>
internal static class Backoff
{
    /// <summary>
    /// Full jitter (Brooker, "Exponential Backoff And Jitter", 2015): random × min(max, base × 2^(retry − 1)). Drawn from zero, so that callers
    /// who failed together do not come back together.
    /// </summary>
    /// <param name="retry">Which retry it is, from 1.</param>
    /// <param name="baseDelay">The longest pause before the first.</param>
    /// <param name="max">The longest pause of all.</param>
    /// <param name="random">From 0 to 1, evenly drawn.</param>
    public static TimeSpan FullJitter(int retry, TimeSpan baseDelay, TimeSpan max, double random) => Grown(baseDelay, retry - 1, max) * random;

    /// <summary>min(max, base × 2^doublings), for any number of doublings.</summary>
    public static TimeSpan Grown(TimeSpan baseDelay, int doublings, TimeSpan max)
    {
        var grown = Math.ScaleB(baseDelay.Ticks, doublings); // Infinite rather than overflown.
        return grown < max.Ticks ? TimeSpan.FromTicks((long)grown) : max;
    }

    /// <summary>
    /// The pause that a response's <c>Retry-After</c> asks for (RFC 9110, 10.2.3: seconds or a date); null where there is none, it is neither,
    /// or its date is past. What is more than a <see cref="TimeSpan"/> holds is the longest one.
    /// </summary>
    /// <param name="headerValue">The header's value.</param>
    /// <param name="now">The time of day, for dates.</param>
    public static TimeSpan? RetryAfter(string? headerValue, DateTimeOffset now)
    {
        var value = headerValue.AsSpan().Trim();
        if (value.IsEmpty)
        {
            return null;
        }

        if (!value.ContainsAnyExceptInRange('0', '9'))
        {
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < TimeSpan.MaxValue.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : TimeSpan.MaxValue;
        }

        return HeaderUtilities.TryParseDate(headerValue, out var date) && date >= now ? date - now : null;
    }
}
