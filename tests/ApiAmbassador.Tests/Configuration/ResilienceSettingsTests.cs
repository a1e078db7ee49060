using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Retries, circuit breakers, budget and limits as they are written: what is taken up to both ends, and what is said of the rest.</summary>
public class ResilienceSettingsTests
{
    private const string Retry = "ReverseProxy:Routes:plain:Retry", Shared = "ReverseProxy:Routes:shared:Retry", One = "ReverseProxy:Clusters:one";
    private const string Breaker = One + ":CircuitBreaker", Budget = One + ":RetryBudget", Limits = One + ":Limits", Body = "Ambassador:RetryBodyBytesMax", Outlier = One + ":Outlier";

    private const string Words = "; it takes connect-failure, refused-stream, reset, attempt-timeout, gateway-error, 5xx, retriable-4xx";
    private const string Statuses = "; statuses are from 400 to 599, as 507, 520-530 or 5xx";

    [Theory]
    [InlineData(Body, "0")]
    [InlineData(Body, "1099511627776")]
    [InlineData("Ambassador:Passthrough", "true")]
    [InlineData(Retry + ":MaxAttempts", "1")]
    [InlineData(Retry + ":MaxAttempts", "10")]
    [InlineData(Retry + ":On", "[]")]
    [InlineData(Retry + ":On", "[null]")]
    [InlineData(Retry + ":On", """["Connect-Failure", "400", "599", "520-530", "5xx", "retriable-4xx", "reset", "reset"]""")]
    [InlineData(Retry + ":NonIdempotent", "true")]
    [InlineData(Retry + ":PerAttemptTimeout", "\"00:00:00.0000001\"")]
    [InlineData(Retry + ":PerAttemptTimeout", "\"00:00:10\"")] // The breaker's SamplingDuration.
    [InlineData(Retry, """{ "PerAttemptTimeout": "00:00:05", "TotalTimeout": "00:00:05" }""")]
    [InlineData(Retry + ":TotalTimeout", "\"00:00:00.0000001\"")]
    [InlineData(Retry + ":TotalTimeout", "\"1.00:00:00\"")]
    [InlineData(Retry + ":BodyBytesMax", "0")]
    [InlineData(Retry + ":BodyBytesMax", "16777216")]
    [InlineData(Retry + ":BackoffBase", "\"00:00:00\"")]
    [InlineData(Retry, """{ "BackoffBase": "00:00:00", "BackoffMax": "00:00:00" }""")]
    [InlineData(Retry, """{ "BackoffBase": "00:01:00", "BackoffMax": "00:01:00" }""")]
    [InlineData(One + ":ConnectTimeout", "\"00:00:00.0000001\"")]
    [InlineData(One + ":ConnectTimeout", "\"00:01:00\"")]
    [InlineData(Outlier + ":ConsecutiveErrors", "0")]
    [InlineData(Outlier + ":ConsecutiveErrors", "10000")]
    [InlineData(Outlier + ":ErrorRatio", "0")]
    [InlineData(Outlier + ":ErrorRatio", "1")]
    [InlineData(Outlier + ":SlowFactor", "0")]
    [InlineData(Outlier + ":SlowFactor", "2")]
    [InlineData(Outlier + ":SlowFactor", "1000")]
    [InlineData(Outlier + ":Interval", "\"00:00:00.1\"")]
    [InlineData(Outlier + ":Interval", "\"01:00:00\"")]
    [InlineData(Outlier + ":BaseEjection", "\"00:00:00.1\"")]
    [InlineData(Outlier + ":BaseEjection", "\"1.00:00:00\"")]
    [InlineData(Outlier + ":MaxEjectedHosts", "0")]
    [InlineData(Outlier + ":MaxEjectedHosts", "10000")]
    [InlineData(One + ":SlowStart", "\"00:00:00\"")]
    [InlineData(One + ":SlowStart", "\"01:00:00\"")]
    [InlineData(One + ":PanicRatio", "0")]
    [InlineData(One + ":PanicRatio", "1")]
    [InlineData("Ambassador:Zone", "\"a\"")]
    [InlineData(Breaker + ":ConsecutiveFailures", "0")]
    [InlineData(Breaker + ":ConsecutiveFailures", "10000")]
    [InlineData(Breaker + ":FailureRatio", "0")]
    [InlineData(Breaker + ":FailureRatio", "1")]
    [InlineData(Breaker + ":MinimumThroughput", "1")]
    [InlineData(Breaker + ":MinimumThroughput", "1000000")]
    [InlineData(Breaker + ":SamplingDuration", "\"00:00:01\"")]
    [InlineData(Breaker + ":SamplingDuration", "\"01:00:00\"")]
    [InlineData(Breaker + ":BreakDuration", "\"00:00:00.500\"")]
    [InlineData(Breaker, """{ "BreakDuration": "1.00:00:00", "BreakDurationMax": "1.00:00:00" }""")]
    [InlineData(Budget + ":Ratio", "0")]
    [InlineData(Budget + ":Ratio", "10")]
    [InlineData(Budget + ":MinPerSecond", "0")]
    [InlineData(Budget + ":MinPerSecond", "1000000")]
    [InlineData(Budget + ":Window", "\"00:00:01\"")]
    [InlineData(Budget + ":Window", "\"01:00:00\"")]
    [InlineData(Limits, """{ "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1000000 }""")]
    [InlineData(Limits, """{ "MaxConcurrentRequestsPerDestination": 1, "MaxQueuedRequests": 1 }""")]
    [InlineData(Limits, """{ "MaxConcurrentRequests": 5, "MaxConcurrentRequestsPerDestination": 1000000 }""")] // The larger one does no harm.
    [InlineData(Limits + ":MaxConcurrentRequests", "1000000")]
    [InlineData(Limits + ":QueueTimeout", "\"00:00:00.0000001\"")]
    [InlineData(Limits + ":QueueTimeout", "\"01:00:00\"")]
    public async Task Value_within_its_range_is_taken(string path, string value)
    {
        (await Settings.CheckAsync(Settings.With(path, value))).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Body, "-1", "", "-1 is out of range: 0 to 1099511627776")]
    [InlineData(Body, "1099511627777", "", "1099511627777 is out of range: 0 to 1099511627776")]
    [InlineData(Retry + ":MaxAttempts", "0", "", "0 is out of range: 1 to 10")]
    [InlineData(Retry + ":MaxAttempts", "11", "", "11 is out of range: 1 to 10")]
    [InlineData(Retry + ":On", """["reset", "conect-failure"]""", ":1", "'conect-failure' is no failure after which to try again; did you mean 'connect-failure'?")]
    [InlineData(Retry + ":On", """["moon"]""", ":0", "'moon' is no failure after which to try again" + Words)]
    [InlineData(Retry + ":On", """[""]""", ":0", "'' is no failure after which to try again" + Words)]
    [InlineData(Retry + ":On", """["399"]""", ":0", "'399' is no failure after which to try again" + Statuses)]
    [InlineData(Retry + ":On", """["500-600"]""", ":0", "'500-600' is no failure after which to try again" + Statuses)]
    [InlineData(Retry + ":On", """["4xx"]""", ":0", "'4xx' is no failure after which to try again" + Statuses)]
    [InlineData(Retry + ":PerAttemptTimeout", "\"00:00:00\"", "", "00:00:00 is out of range: above zero, to one day")]
    [InlineData(Retry + ":PerAttemptTimeout", "\"1.00:00:00.001\"", "", "1.00:00:00.0010000 is out of range: above zero, to one day")]
    [InlineData(Retry + ":TotalTimeout", "\"-00:00:01\"", "", "-00:00:01 is out of range: above zero, to one day")]
    [InlineData(Retry + ":TotalTimeout", "\"1.00:00:00.001\"", "", "1.00:00:00.0010000 is out of range: above zero, to one day")]
    [InlineData(Retry, """{ "PerAttemptTimeout": "00:00:03", "TotalTimeout": "00:00:02" }""", ":PerAttemptTimeout", "00:00:03 is longer than TotalTimeout (00:00:02), which all attempts share; shorten it or raise TotalTimeout")]
    [InlineData(Retry, """{ "PerAttemptTimeout": "00:00:03", "TotalTimeout": "00:00:00" }""", ":TotalTimeout", "00:00:00 is out of range: above zero, to one day")]
    [InlineData(Retry + ":BodyBytesMax", "-1", "", "-1 is out of range: 0 to 16777216")]
    [InlineData(Retry + ":BodyBytesMax", "16777217", "", "16777217 is out of range: 0 to 16777216")]
    [InlineData(Retry + ":BackoffBase", "\"-00:00:00.001\"", "", "-00:00:00.0010000 is out of range: zero to one minute")]
    [InlineData(Retry + ":BackoffBase", "\"00:01:00.001\"", "", "00:01:00.0010000 is out of range: zero to one minute")]
    [InlineData(Retry + ":BackoffMax", "\"-00:00:00.001\"", "", "-00:00:00.0010000 is out of range: zero to one minute")]
    [InlineData(Retry + ":BackoffMax", "\"00:01:00.001\"", "", "00:01:00.0010000 is out of range: zero to one minute")]
    [InlineData(Retry, """{ "BackoffBase": "00:00:02", "BackoffMax": "00:00:01" }""", ":BackoffMax", "00:00:01 is below BackoffBase (00:00:02); raise it or lower BackoffBase")]
    [InlineData(One + ":ConnectTimeout", "\"00:00:00\"", "", "00:00:00 is out of range: above zero, to one minute")]
    [InlineData(One + ":ConnectTimeout", "\"00:01:00.001\"", "", "00:01:00.0010000 is out of range: above zero, to one minute")]
    [InlineData(One + ":Metadata", """{ "Ambassador.ConnectTimeout": "soon" }""", ":Ambassador.ConnectTimeout", "'soon' is not a duration; use the setting ConnectTimeout instead")]
    [InlineData(Outlier + ":ConsecutiveErrors", "-1", "", "-1 is out of range: 0 to 10000")]
    [InlineData(Outlier + ":ConsecutiveErrors", "10001", "", "10001 is out of range: 0 to 10000")]
    [InlineData(Outlier + ":ErrorRatio", "1.1", "", "1.1 is out of range: 0 to 1")]
    [InlineData(Outlier + ":SlowFactor", "1.9", "", "1.9 is out of range: 2 to 1000")]
    [InlineData(Outlier + ":Interval", "\"00:00:00.0999999\"", "", "00:00:00.0999999 is out of range: 100 ms to one hour")]
    [InlineData(Outlier + ":BaseEjection", "\"1.00:00:00.1\"", "", "1.00:00:00.1000000 is out of range: 100 ms to one day")]
    [InlineData(Outlier + ":MaxEjectedHosts", "-1", "", "-1 is out of range: 0 to 10000")]
    [InlineData(One + ":SlowStart", "\"-00:00:01\"", "", "-00:00:01 is out of range: zero to one hour")]
    [InlineData(One + ":SlowStart", "\"01:00:00.1\"", "", "01:00:00.1000000 is out of range: zero to one hour")]
    [InlineData(One + ":PanicRatio", "-0.1", "", "-0.1 is out of range: 0 to 1")]
    [InlineData(One + ":PanicRatio", "1.01", "", "1.01 is out of range: 0 to 1")]
    [InlineData(One + ":Destinations:a:Priority", "1", "", "the priority is 1, but no destination has 0; number them from 0 without a gap")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Priority", "2", "", "the priority is 2, but no destination has 1; number them from 0 without a gap")]
    [InlineData("Ambassador:Zone", "\"\"", "", "a zone is a text of 1 to 63 letters")]
    [InlineData(Breaker + ":ConsecutiveFailures", "-1", "", "-1 is out of range: 0 to 10000")]
    [InlineData(Breaker + ":ConsecutiveFailures", "10001", "", "10001 is out of range: 0 to 10000")]
    [InlineData(Breaker + ":FailureRatio", "-0.001", "", "-0.001 is out of range: 0 to 1")]
    [InlineData(Breaker + ":FailureRatio", "1.001", "", "1.001 is out of range: 0 to 1")]
    [InlineData(Breaker + ":FailureRatio", "\"NaN\"", "", "'NaN' is not a number")]
    [InlineData(Breaker + ":MinimumThroughput", "0", "", "0 is out of range: 1 to 1000000")]
    [InlineData(Breaker + ":MinimumThroughput", "1000001", "", "1000001 is out of range: 1 to 1000000")]
    [InlineData(Breaker + ":SamplingDuration", "\"00:00:00.999\"", "", "00:00:00.9990000 is out of range: one second to one hour")]
    [InlineData(Breaker + ":SamplingDuration", "\"01:00:00.001\"", "", "01:00:00.0010000 is out of range: one second to one hour")]
    [InlineData(Breaker + ":BreakDuration", "\"00:00:00.499\"", "", "00:00:00.4990000 is out of range: half a second to one day")]
    [InlineData(Breaker + ":BreakDuration", "\"1.00:00:00.001\"", "", "1.00:00:00.0010000 is out of range: half a second to one day")]
    [InlineData(Breaker + ":BreakDurationMax", "\"-00:00:01\"", "", "-00:00:01 is out of range: BreakDuration to one day")]
    [InlineData(Breaker + ":BreakDurationMax", "\"1.00:00:00.001\"", "", "1.00:00:00.0010000 is out of range: BreakDuration to one day")]
    [InlineData(Breaker + ":BreakDurationMax", "\"00:00:04\"", "", "00:00:04 is below BreakDuration (00:00:05), which grows to it; raise it or lower BreakDuration")]
    [InlineData(Budget + ":Ratio", "-0.001", "", "-0.001 is out of range: 0 to 10")]
    [InlineData(Budget + ":Ratio", "10.001", "", "10.001 is out of range: 0 to 10")]
    [InlineData(Budget + ":MinPerSecond", "-0.001", "", "-0.001 is out of range: 0 to 1000000")]
    [InlineData(Budget + ":MinPerSecond", "1000000.1", "", "1000000.1 is out of range: 0 to 1000000")]
    [InlineData(Budget + ":Window", "\"00:00:00.999\"", "", "00:00:00.9990000 is out of range: one second to one hour")]
    [InlineData(Budget + ":Window", "\"01:00:00.001\"", "", "01:00:00.0010000 is out of range: one second to one hour")]
    [InlineData(Limits + ":MaxConcurrentRequests", "0", "", "0 is out of range: 1 to 1000000")]
    [InlineData(Limits + ":MaxConcurrentRequests", "1000001", "", "1000001 is out of range: 1 to 1000000")]
    [InlineData(Limits + ":MaxConcurrentRequestsPerDestination", "0", "", "0 is out of range: 1 to 1000000")]
    [InlineData(Limits + ":MaxConcurrentRequestsPerDestination", "1000001", "", "1000001 is out of range: 1 to 1000000")]
    [InlineData(Limits + ":MaxQueuedRequests", "-1", "", "-1 is out of range: 0 to 1000000")]
    [InlineData(Limits + ":MaxQueuedRequests", "1", "", "nothing waits where nothing is limited; set MaxConcurrentRequests or MaxConcurrentRequestsPerDestination")]
    [InlineData(Limits, """{ "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1000001 }""", ":MaxQueuedRequests", "1000001 is out of range: 0 to 1000000")]
    [InlineData(Limits + ":QueueTimeout", "\"00:00:00\"", "", "00:00:00 is out of range: above zero, to one hour")]
    [InlineData(Limits + ":QueueTimeout", "\"01:00:00.001\"", "", "01:00:00.0010000 is out of range: above zero, to one hour")]
    public async Task Mistake_is_told_at_its_place(string path, string value, string below, string message)
    {
        var error = (await Settings.CheckAsync(Settings.With(path, value))).Errors.ShouldHaveSingleItem();

        (error.Path, error.Message).ShouldBe((path + below, message));
    }

    [Fact]
    public async Task Timeout_that_a_breaker_could_not_see_is_told_for_each_cluster_of_the_route()
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With(Shared + ":PerAttemptTimeout", "\"00:00:11\""));

        errors.Select(error => (error.Path, error.Message)).ShouldBe(
        [
            (Shared + ":PerAttemptTimeout", Unseen("one")),
            (Shared + ":PerAttemptTimeout", Unseen("two")),
        ]);
    }

    [Fact]
    public async Task Timeout_that_a_breaker_could_not_see_is_told_for_a_route_to_one_cluster()
    {
        var error = (await Settings.CheckAsync(Settings.With(Retry + ":PerAttemptTimeout", "\"00:00:11\""))).Errors.ShouldHaveSingleItem();

        (error.Path, error.Message).ShouldBe((Retry + ":PerAttemptTimeout", Unseen("one")));
    }

    [Theory]
    [InlineData(""" "CircuitBreaker": { "SamplingDuration": "00:00:30" } """)]
    [InlineData(""" "CircuitBreaker": { "FailureRatio": 0 } """)] // Nothing is sampled.
    [InlineData(""" "CircuitBreaker": { "SamplingDuration": "00:00:30" }, "HttpRequest": { "ActivityTimeout": "00:00:01" } """)] // YARP's limit may be the shorter one.
    public async Task Timeout_within_what_the_breaker_sees_is_taken(string cluster)
    {
        var (_, errors) = await Settings.CheckAsync($$"""
            { "ReverseProxy": {
              "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" }, "Retry": { "PerAttemptTimeout": "00:00:30", "TotalTimeout": "00:01:00" } } },
              "Clusters": { "c": { "Destinations": { "d": { "Address": "http://d" } }, {{cluster}} } } } }
            """);

        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mistakes_are_told_all_at_once()
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With(Retry, """{ "MaxAttempts": 0, "BodyBytesMax": -1, "On": [ "x", "y" ], "TotalTimeout": "00:00:00", "BackoffMax": "00:00:00" }"""));

        errors.Select(error => error.Path[(Retry.Length + 1)..]).ShouldBe(["MaxAttempts", "BodyBytesMax", "On:0", "On:1", "TotalTimeout", "BackoffMax"], ignoreOrder: true);
    }

    /// <summary>A file cannot bring one, a number is one all the same.</summary>
    [Fact]
    public void NaN_is_out_of_every_range()
    {
        var snapshot = SnapshotBuilder.Build(Settings.Gather(Settings.Valid), revision: 1);
        var errors = new ErrorList(Settings.Gather(Settings.Valid).Root);

        ClusterResilienceRule.Check(
            snapshot.Clusters["one"] with
            {
                CircuitBreaker = new CircuitBreakerOptions { FailureRatio = double.NaN },
                RetryBudget = new RetryBudgetOptions { Ratio = double.NaN, MinPerSecond = double.NaN },
            },
            errors);

        errors.Errors.Select(error => error.Path).ShouldBe([Breaker + ":FailureRatio", Budget + ":Ratio", Budget + ":MinPerSecond"]);
    }

    [Fact]
    public async Task Defaults_are_as_documented()
    {
        var (snapshot, _) = await Settings.CheckAsync(Settings.Valid);
        var retry = snapshot.Routes["plain"].Retry;
        var (breaker, budget, limits) = (snapshot.Clusters["one"].CircuitBreaker, snapshot.Clusters["one"].RetryBudget, snapshot.Clusters["one"].Limits);

        snapshot.Ambassador.Passthrough.ShouldBeFalse();
        snapshot.Ambassador.RetryBodyBytesMax.ShouldBe(67_108_864);
        (retry.MaxAttempts, retry.On, retry.NonIdempotent, retry.BodyBytesMax).ShouldBe((3, null, false, 65_536));
        (retry.PerAttemptTimeout, retry.TotalTimeout).ShouldBe((null, null));
        (retry.BackoffBase, retry.BackoffMax).ShouldBe((TimeSpan.FromMilliseconds(25), TimeSpan.FromMilliseconds(250)));
        snapshot.Clusters["one"].ConnectTimeout.ShouldBe(TimeSpan.FromSeconds(2));
        (breaker.ConsecutiveFailures, breaker.FailureRatio, breaker.MinimumThroughput).ShouldBe((5, 0.5, 20));
        (breaker.SamplingDuration, breaker.BreakDuration, breaker.BreakDurationMax).ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)));
        (budget.Ratio, budget.MinPerSecond, budget.Window).ShouldBe((0.2, 10, TimeSpan.FromSeconds(10)));
        (limits.MaxConcurrentRequests, limits.MaxConcurrentRequestsPerDestination, limits.MaxQueuedRequests).ShouldBe((null, null, 0));
        limits.QueueTimeout.ShouldBe(TimeSpan.FromSeconds(1));
    }

    private static string Unseen(string cluster) =>
        $"00:00:11 is longer than what the circuit breakers of cluster '{cluster}' look at (00:00:10), so that they could not see its timeouts together; "
        + "shorten it or raise the cluster's CircuitBreaker:SamplingDuration";
}
