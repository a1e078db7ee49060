using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Health;

/// <summary>Who does worse than the others, and for how long it is left out. Pure.</summary>
internal static class OutlierRule
{
    /// <summary>The longest ejection, unless the base is longer (Envoy's <c>max_ejection_time</c>).</summary>
    public static readonly TimeSpan EjectionMax = TimeSpan.FromMinutes(5);

    /// <summary>What is added to <see cref="OutlierOptions.SlowFactor"/> times the usual: below it nobody waits noticeably.</summary>
    public const double SlowSeconds = 0.1;

    /// <summary>The seconds from which an answer is slow; none is where the usual is not known.</summary>
    /// <param name="options">As it is set.</param>
    /// <param name="usual">What the middle one of the destinations takes, in seconds; 0 where that is not known.</param>
    public static double SlowFrom(OutlierOptions options, double usual) =>
        options.SlowFactor > 0 && usual > 0 ? (options.SlowFactor * usual) + SlowSeconds : double.PositiveInfinity;

    /// <summary>Whether it is time to compare: where a row of errors has come to its length (and again at each length more), not at each error.</summary>
    public static bool IsRow(OutlierOptions options, long consecutiveErrors) =>
        options.ConsecutiveErrors > 0 && consecutiveErrors > 0 && consecutiveErrors % options.ConsecutiveErrors == 0;

    /// <summary>Why a destination is to be left out, as half a sentence; null where it is not.</summary>
    /// <param name="options">As it is set.</param>
    /// <param name="requestsMin">Requests below which a share says nothing.</param>
    /// <param name="consecutiveErrors">Its errors in a row.</param>
    /// <param name="own">What it did lately.</param>
    /// <param name="others">What those did that it is compared with.</param>
    public static string? Cause(OutlierOptions options, int requestsMin, long consecutiveErrors, OutcomeTotals own, IReadOnlyCollection<OutcomeTotals> others)
    {
        var isWorse = IsTwiceAsGood(others, Ratio(own.Errors, own.Requests), static other => Ratio(other.Errors, other.Requests));
        if (isWorse && options.ConsecutiveErrors > 0 && consecutiveErrors >= options.ConsecutiveErrors)
        {
            return $"{consecutiveErrors} errors in a row, which others do not answer";
        }

        if (options.ErrorRatio == 0 || own.Requests < requestsMin)
        {
            return null;
        }

        return isWorse && (double)own.Errors / own.Requests >= options.ErrorRatio
            ? $"{own.Errors} of {own.Requests} requests were errors, and of others' far fewer"
            : (double)own.Slow / own.Requests >= options.ErrorRatio
                && IsTwiceAsGood(others, Ratio(own.Slow, own.Requests), static other => Ratio(other.Slow, other.Requests))
                    ? $"{own.Slow} of {own.Requests} answers were slow, and of others' far fewer"
                    : null;
    }

    /// <summary>How long it is left out.</summary>
    /// <param name="options">As it is set.</param>
    /// <param name="times">How often it was lately, this time included.</param>
    public static TimeSpan Ejection(OutlierOptions options, int times)
    {
        var longest = options.BaseEjection > EjectionMax ? options.BaseEjection : EjectionMax;
        return times < longest / options.BaseEjection ? options.BaseEjection * times : longest;
    }

    /// <summary>How often it was left out lately: once less for each interval since it came back.</summary>
    public static int TimesLeft(OutlierOptions options, int times, TimeSpan sinceReturn) => (int)Math.Max(0, times - Math.Floor(sinceReturn / options.Interval));

    /// <summary>How many of a cluster may be out at once. One is always kept, so of two one may be.</summary>
    public static int EjectedMax(OutlierOptions options, int destinations) => Math.Min(options.MaxEjectedHosts ?? destinations / 2, destinations - 1);

    /// <summary>A quarter of the others, at least one: the best one alone may have been lucky, and the middle one may be as bad.</summary>
    private static bool IsTwiceAsGood(IReadOnlyCollection<OutcomeTotals> others, double own, Func<OutcomeTotals, double> ratio) =>
        others.Count > 0 && others.Select(ratio).Order().ElementAt((others.Count - 1) / 4) <= own / 2;

    /// <summary>Laplace's rule of succession: who was asked little is thought to be in the middle.</summary>
    private static double Ratio(long count, long of) => (count + 1.0) / (of + 2.0);
}
