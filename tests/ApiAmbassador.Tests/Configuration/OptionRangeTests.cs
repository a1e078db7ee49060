using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Each number among our options: its default, what is valid up to both ends, and what is not.</summary>
public class OptionRangeTests
{
    private const string One = "ReverseProxy:Clusters:one", Limiter = "Ambassador:Policies:RateLimiter:x";

    [Theory]
    [InlineData("Ambassador:DrainDelay", "\"00:00:00\"")]
    [InlineData("Ambassador:DrainDelay", "\"1.00:00:00\"")]
    [InlineData("Ambassador:DrainTimeout", "\"00:00:00\"")]
    [InlineData("Ambassador:DrainTimeout", "\"1.00:00:00\"")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Weight", "0")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Weight", "65535")]
    [InlineData(One + ":HealthCheck:Active:HealthyThreshold", "1")]
    [InlineData(One + ":HealthCheck:Active:UnhealthyThreshold", "1")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "0")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "0.001")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "1000000")]
    [InlineData(Limiter, """{ "PermitLimit": 1, "Window": "00:00:00.001", "QueueLimit": 0 }""")]
    [InlineData(Limiter, """{ "PermitLimit": 1, "Kind": "Concurrency" }""")]
    [InlineData("Ambassador:Policies:Timeout:x", "\"00:00:00.001\"")]
    [InlineData("Ambassador:Policies:OutputCache:x:Duration", "\"00:00:00.001\"")]
    public async Task Value_within_its_range_is_taken(string path, string value)
    {
        (await Settings.CheckAsync(Settings.With(path, value))).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Ambassador:DrainDelay", "\"-00:00:00.001\"", "zero to one day")]
    [InlineData("Ambassador:DrainDelay", "\"1.00:00:00.001\"", "zero to one day")]
    [InlineData("Ambassador:DrainTimeout", "\"-00:00:00.001\"", "zero to one day")]
    [InlineData("Ambassador:DrainTimeout", "\"1.00:00:00.001\"", "zero to one day")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Weight", "-1", "-1 is out of range: 0 to 65535")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Weight", "65536", "65536 is out of range: 0 to 65535")]
    [InlineData(One + ":HealthCheck:Active:HealthyThreshold", "0", "0 is out of range: 1 or more")]
    [InlineData(One + ":HealthCheck:Active:UnhealthyThreshold", "0", "0 is out of range: 1 or more")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "-0.001", "is out of range: 0 to 1000000")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "1000000.1", "is out of range: 0 to 1000000")]
    [InlineData(Limiter, """{ "PermitLimit": 0, "Window": "00:00:01" }""", "0 is out of range: 1 or more")]
    [InlineData(Limiter, """{ "PermitLimit": 1, "Window": "00:00:01", "QueueLimit": -1 }""", "-1 is out of range: 0 or more")]
    [InlineData(Limiter, """{ "PermitLimit": 1 }""", "out of range: above zero")]
    [InlineData(Limiter, """{ "PermitLimit": 1, "Window": "00:00:00" }""", "out of range: above zero")]
    [InlineData("Ambassador:Policies:Timeout:x", "\"00:00:00\"", "out of range: above zero")]
    [InlineData("Ambassador:Policies:OutputCache:x:Duration", "\"00:00:00\"", "out of range: above zero")]
    public async Task Value_out_of_its_range_is_refused(string path, string value, string fragment)
    {
        var error = (await Settings.CheckAsync(Settings.With(path, value))).Errors.ShouldHaveSingleItem();

        error.Message.ShouldContain(fragment);
        error.Path.ShouldStartWith(path);
    }

    [Fact]
    public async Task Defaults_are_as_documented()
    {
        var (snapshot, _) = await Settings.CheckAsync(Settings.With("Ambassador:Policies", """{ "OutputCache": { "x": {} }, "RateLimiter": { "x": { "PermitLimit": 1, "Window": "00:00:01" } } }"""));
        var options = snapshot.Ambassador;

        options.Listen.ShouldBeNull();
        options.Admin.Listen.ShouldBe("http://127.0.0.1:9900");
        options.DrainDelay.ShouldBe(TimeSpan.FromSeconds(5));
        options.DrainTimeout.ShouldBe(TimeSpan.FromSeconds(20));
        options.ReadyNeedsDestinations.ShouldBeFalse();
        options.Policies.OutputCache["x"].Duration.ShouldBe(TimeSpan.FromSeconds(60));
        options.Policies.RateLimiter["x"].QueueLimit.ShouldBe(0);
        options.Policies.RateLimiter["x"].Kind.ShouldBe(RateLimiterKind.FixedWindow);
        var one = snapshot.Clusters["one"];
        (one.Probe.HealthyThreshold, one.Probe.UnhealthyThreshold).ShouldBe((2, 2));
        DestinationWeight.Of(one.Config.Destinations!["a"]).ShouldBe(1);
        var split = snapshot.Routes["shared"].Split!;
        split.Key.ToString().ShouldContain("None");
        split.Fallback.ShouldBeTrue();
    }
}
