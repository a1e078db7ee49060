using System.Globalization;
using System.Text.RegularExpressions;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>The counts that wrk prints at its end.</summary>
/// <param name="Requests">Answers received, of any status.</param>
/// <param name="ConnectErrors">Connects that failed.</param>
/// <param name="ReadErrors">Connections that failed or closed while an answer was awaited.</param>
/// <param name="WriteErrors">Connections that failed while a request was sent.</param>
/// <param name="Timeouts">Answers that took longer than wrk's timeout, 2 s unless told otherwise.</param>
/// <param name="BadStatuses">Answers with a status other than 2xx and 3xx.</param>
/// <param name="RequestsPerSecond">Answers a second.</param>
public sealed partial record WrkResult(
    long Requests, long ConnectErrors, long ReadErrors, long WriteErrors, long Timeouts, long BadStatuses, double RequestsPerSecond)
{
    private const int TimeLimit = 1000;

    internal static WrkResult Parse(string output)
    {
        var requests = RequestCount().Match(output);
        if (!requests.Success)
        {
            throw new FormatException($"Not wrk's output: {output}");
        }

        // wrk prints a line of errors only if there were any.
        var errors = SocketErrors().Match(output);
        return new(
            Count(requests, "n"),
            Count(errors, "connect"),
            Count(errors, "read"),
            Count(errors, "write"),
            Count(errors, "timeout"),
            Count(NotOk().Match(output), "n"),
            double.Parse(Rate().Match(output).Groups["n"].Value, CultureInfo.InvariantCulture));
    }

    private static long Count(Match match, string group) =>
        match.Success ? long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"(?<n>\d+) requests in ", RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex RequestCount();

    [GeneratedRegex(@"Socket errors: connect (?<connect>\d+), read (?<read>\d+), write (?<write>\d+), timeout (?<timeout>\d+)", RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex SocketErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<n>\d+)", RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex NotOk();

    [GeneratedRegex(@"Requests/sec:\s+(?<n>[\d.]+)", RegexOptions.ExplicitCapture, TimeLimit)]
    private static partial Regex Rate();
}
