using ApiAmbassador.Configuration;
using ApiAmbassador.Health;

namespace ApiAmbassador.Resilience;

/// <summary>The failures after which a request is tried again, read from <see cref="RetryOptions.On"/>. Pure and immutable.</summary>
internal sealed class RetryOn
{
    /// <summary>The lowest status that can be named: below it nothing failed.</summary>
    public const int StatusMin = 400;

    /// <summary>The highest status that can be named.</summary>
    public const int StatusMax = 599;

    private readonly bool[] _statuses = new bool[StatusMax + 1];

    private RetryOn()
    {
    }

    /// <summary>The words that can be written, for hints; statuses and ranges of them can be, too.</summary>
    public static IReadOnlyList<string> Words { get; } =
        ["connect-failure", "refused-stream", "reset", "attempt-timeout", "gateway-error", "5xx", "retriable-4xx"];

    /// <summary>No connection came about, so nothing was sent.</summary>
    public bool ConnectFailure { get; private set; }

    /// <summary>The destination refused the HTTP/2 stream before it looked at the request.</summary>
    public bool RefusedStream { get; private set; }

    /// <summary>The connection ended before the response's headers, or what came was not HTTP.</summary>
    public bool Reset { get; private set; }

    /// <summary>The headers did not come within <see cref="RetryOptions.PerAttemptTimeout"/>.</summary>
    public bool AttemptTimeout { get; private set; }

    /// <summary>Whether a response with this status is one of them.</summary>
    public bool Status(int status) => (uint)status <= StatusMax && _statuses[status];

    /// <summary>Reads the list; null is the default, an empty one means that nothing is tried again. Case does not matter.</summary>
    /// <param name="on">Words, statuses and ranges of them.</param>
    /// <param name="mistakes">What is none of these, as it was written.</param>
    public static RetryOn Parse(IReadOnlyList<string>? on, out IReadOnlyList<string> mistakes)
    {
        var result = new RetryOn();
        mistakes = [.. (on ?? RetryOptions.DefaultOn).Where(text => !result.TryAdd(text))];
        return result;
    }

    private bool TryAdd(string text) => text.ToLowerInvariant() switch
    {
        "connect-failure" => ConnectFailure = true,
        "refused-stream" => RefusedStream = true,
        "reset" => Reset = true,
        "attempt-timeout" => AttemptTimeout = true,
        "gateway-error" => AddStatuses(502, 504),
        "5xx" => AddStatuses(500, 599),
        "retriable-4xx" => AddStatuses(409, 409) && AddStatuses(425, 425) && AddStatuses(429, 429),
        _ => ProbeRule.TryParseStatus(text, out var first, out var last) && first >= StatusMin && AddStatuses(first, last),
    };

    private bool AddStatuses(int first, int last)
    {
        _statuses.AsSpan(first..(last + 1)).Fill(true);
        return true;
    }
}
