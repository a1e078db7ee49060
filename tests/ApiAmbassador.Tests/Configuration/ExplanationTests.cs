using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Nothing hidden: every setting in force is shown, with its default and where it came from.</summary>
public class ExplanationTests
{
    private const string Cluster = "ReverseProxy:Clusters:api", Route = "ReverseProxy:Routes:api";

    [Fact]
    public void Setting_inAFile_hasItsValueAndLine()
    {
        var setting = Find($"{Route}:Match:Path", Explain());

        setting.Text.ShouldBe("/api/{**rest}");
        setting.Source.ShouldEndWith($"{WrittenConfiguration.FileName}:3");
        setting.IsDefault.ShouldBeFalse();
    }

    [Fact]
    public void Setting_inAVariableOverAFile_namesTheVariable()
    {
        var setting = Find($"{Route}:Match:Path", Explain(variables: ("ReverseProxy__Routes__api__Match__Path", "/other")));

        setting.Text.ShouldBe("/other");
        setting.Source.ShouldBe("environment variable ReverseProxy__Routes__api__Match__Path");
    }

    [Fact]
    public void List_inVariables_namesEachVariable()
    {
        var setting = Find("Ambassador:Listen", Explain(variables: [("Ambassador__Listen__0", "http://*:1"), ("Ambassador__Listen__1", "http://*:2")]));

        setting.Values.ShouldBe(["http://*:1", "http://*:2"]);
        setting.Source.ShouldBe("environment variable Ambassador__Listen__0, environment variable Ambassador__Listen__1");
    }

    [Theory]
    [InlineData("Ambassador:Listen", "http://*:8080")]
    [InlineData("Ambassador:DrainTimeout", "00:00:20")]
    [InlineData("Ambassador:ReadyNeedsDestinations", "false")]
    [InlineData("Ambassador:Passthrough", "false")]
    [InlineData("Ambassador:RetryBodyBytesMax", "67108864")]
    [InlineData(Route + ":Order", "0")]
    [InlineData(Route + ":Retry:MaxAttempts", "3")]
    [InlineData(Route + ":Retry:On", "connect-failure, refused-stream, reset, attempt-timeout, gateway-error")]
    [InlineData(Route + ":Retry:NonIdempotent", "false")]
    [InlineData(Route + ":Retry:BodyBytesMax", "65536")]
    [InlineData(Route + ":Retry:BackoffBase", "00:00:00.025")]
    [InlineData(Route + ":Retry:BackoffMax", "00:00:00.250")]
    [InlineData(Cluster + ":LoadBalancingPolicy", "PeakEwma")]
    [InlineData(Cluster + ":SessionAffinity:Enabled", "false")]
    [InlineData(Cluster + ":HealthCheck:AvailableDestinationsPolicy", "HealthyAndUnknown")]
    [InlineData(Cluster + ":HttpRequest:ActivityTimeout", "00:01:40")]
    [InlineData(Cluster + ":HttpRequest:Version", "2.0")]
    [InlineData(Cluster + ":HttpClient:EnableMultipleHttp2Connections", "true")]
    [InlineData(Cluster + ":Destinations:one:Weight", "1")]
    [InlineData(Cluster + ":ConnectTimeout", "00:00:02")]
    [InlineData(Cluster + ":CircuitBreaker:ConsecutiveFailures", "5")]
    [InlineData(Cluster + ":CircuitBreaker:FailureRatio", "0.5")]
    [InlineData(Cluster + ":CircuitBreaker:MinimumThroughput", "20")]
    [InlineData(Cluster + ":CircuitBreaker:SamplingDuration", "00:00:10")]
    [InlineData(Cluster + ":CircuitBreaker:BreakDuration", "00:00:05")]
    [InlineData(Cluster + ":CircuitBreaker:BreakDurationMax", "00:01:00")]
    [InlineData(Cluster + ":RetryBudget:Ratio", "0.2")]
    [InlineData(Cluster + ":RetryBudget:MinPerSecond", "10")]
    [InlineData(Cluster + ":RetryBudget:Window", "00:00:10")]
    [InlineData(Cluster + ":Limits:MaxQueuedRequests", "0")]
    [InlineData(Cluster + ":Limits:QueueTimeout", "00:00:01")]
    public void Setting_nobodyWrote_hasItsDefault(string path, string value)
    {
        var setting = Find(path, Explain());

        setting.Text.ShouldBe(value);
        setting.Source.ShouldBe("default");
        setting.IsDefault.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Route + ":Retry:PerAttemptTimeout")]
    [InlineData(Route + ":Retry:TotalTimeout")]
    [InlineData(Cluster + ":Limits:MaxConcurrentRequests")]
    [InlineData(Cluster + ":Limits:MaxConcurrentRequestsPerDestination")]
    public void Limit_nobodyWrote_isNotSet(string path) => Find(path, Explain()).IsSet.ShouldBeFalse();

    [Theory]
    [InlineData("Dns:Refresh", "00:00:05", true)]
    [InlineData("Dns:Port", "443", true)]
    [InlineData("Dns:Scheme", "https", false)]
    [InlineData("Dns:Family", "Any", true)]
    [InlineData("File:Refresh", "00:00:01", true)]
    [InlineData("File:Weight", "1", true)]
    [InlineData("Http:Url", "http://(redacted)@registry/targets", false)]
    [InlineData("ConfirmEmpty", "3", true)]
    [InlineData("MaxDropRatio", "0.5", true)]
    public void Discovery_showsTheSourcesThatAreSet_withTheirDefaults(string path, string value, bool isDefault)
    {
        var settings = Explain(""", "Discovery": { "Dns": { "Name": "backend", "Scheme": "https" }, "File": { "Path": "x" }, "Http": { "Url": "http://user:geheim@registry/targets" } } """);

        Find($"{Cluster}:Discovery:{path}", settings).Text.ShouldBe(value);
        Find($"{Cluster}:Discovery:{path}", settings).IsDefault.ShouldBe(isDefault);
        settings.ShouldNotContain(setting => setting.Path.Contains("DnsSrv:", StringComparison.Ordinal));
    }

    [Fact]
    public void RetryOn_written_isShownAsItIs()
    {
        Find($"{Route}:Retry:On", Explain(variables: [("ReverseProxy__Routes__api__Retry__On__0", "5XX"), ("ReverseProxy__Routes__api__Retry__On__1", "409")]))
            .Values.ShouldBe(["5XX", "409"]);
    }

    [Fact]
    public void ConnectTimeout_inTheMetadata_isWhatIsInForce()
    {
        var setting = Find($"{Cluster}:ConnectTimeout", Explain(""" , "Metadata": { "Ambassador.ConnectTimeout": "00:00:07" } """));

        setting.Text.ShouldBe("00:00:07");
        setting.Source.ShouldBe("default (from Metadata)");
    }

    [Fact]
    public void Policy_chosenBecauseWeightsDiffer_saysSo()
    {
        var setting = Find($"{Cluster}:LoadBalancingPolicy", Explain(variables: ("ReverseProxy__Clusters__api__Destinations__one__Weight", "3")));

        setting.Text.ShouldBe("WeightedRoundRobin");
        setting.Source.ShouldBe("default (weights differ)");
        setting.IsDefault.ShouldBeTrue();
    }

    [Fact]
    public void HealthCheck_switchedOff_showsThatAndNotItsInterval()
    {
        var settings = Explain();

        Find($"{Cluster}:HealthCheck:Active:Enabled", settings).Text.ShouldBe("false");
        settings.ShouldNotContain(setting => setting.Path == $"{Cluster}:HealthCheck:Active:Interval");
    }

    [Fact]
    public void HealthCheck_switchedOn_showsWhatIsInForce()
    {
        var settings = Explain("""
            , "HealthCheck": { "Active": { "Enabled": true } }, "Metadata": { "ConsecutiveFailuresHealthPolicy.Threshold": "5" }
            """);

        Find($"{Cluster}:HealthCheck:Active:Interval", settings).Text.ShouldBe("00:00:15");
        Find($"{Cluster}:HealthCheck:Active:Policy", settings).Text.ShouldBe("Thresholds");
        Find($"{Cluster}:HealthCheck:Active:HealthyThreshold", settings).Text.ShouldBe("2");
        Find($"{Cluster}:HealthCheck:Active:UnhealthyThreshold", settings).ShouldSatisfyAllConditions(
            setting => setting.Text.ShouldBe("5"), setting => setting.Source.ShouldBe("default (from Metadata)"));
    }

    [Fact]
    public void HealthCheck_withAPolicyOfYarps_hasNoThresholdsOfOurs()
    {
        var settings = Explain(""" , "HealthCheck": { "Active": { "Enabled": true, "Policy": "ConsecutiveFailures" } } """);

        Find($"{Cluster}:HealthCheck:Active:HealthyThreshold", settings).IsSet.ShouldBeFalse();
    }

    [Fact]
    public void Setting_null_isItsDefaultAndTellsWhere()
    {
        var setting = Find($"{Cluster}:HttpRequest:ActivityTimeout", Explain(""" , "HttpRequest": { "ActivityTimeout": null } """));

        setting.Text.ShouldBe("00:01:40");
        setting.Source.ShouldStartWith("default (null in ");
    }

    [Fact]
    public void RouteWithASplit_itsClusterIdIsNotTheFirstSide()
    {
        var settings = WrittenConfiguration.Explain("""
            { "ReverseProxy": { "Routes": { "api": { "Match": { "Path": "/" }, "Split": { "Clusters": { "a": 1 } } } },
                                "Clusters": { "a": { "Destinations": { "one": { "Address": "http://one" } } } } } }
            """);

        Find($"{Route}:ClusterId", settings).IsSet.ShouldBeFalse();
        Find($"{Route}:Split:Clusters:a", settings).Text.ShouldBe("1");
        Find($"{Route}:Split:StickyBy", settings).Text.ShouldBe("None");
        Find($"{Route}:Retry:On", settings).Values.ShouldBe(RetryOptions.DefaultOn);
    }

    [Fact]
    public void FrameworkSection_isShownAsWritten()
    {
        var settings = Explain(variables: [("Kestrel__Limits__MaxRequestBodySize", "10"), ("SOMEBODY__ELSES", "x")]);

        Find("Kestrel:Limits:MaxRequestBodySize", settings).Text.ShouldBe("10");
        settings.ShouldNotContain(setting => setting.Path == "SOMEBODY:ELSES");
    }

    [Fact]
    public void VariablesOfOpenTelemetry_areShownWithoutTheirHeaders()
    {
        var settings = Explain(variables: [("OTEL_SERVICE_NAME", "shop"), ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=secret")]);

        Find("OpenTelemetry:OTEL_SERVICE_NAME", settings).Text.ShouldBe("shop");
        Find("OpenTelemetry:OTEL_EXPORTER_OTLP_HEADERS", settings).Text.ShouldBe("(redacted)");
    }

    [Fact]
    public void ShortForm_isTheSourceOfWhatItMakes()
    {
        var settings = WrittenConfiguration.Explain("{}", ("AMBASSADOR_DESTINATIONS", "http://one:8080=3"));

        Find($"{Cluster}:Destinations:one-8080:Weight", settings).Source.ShouldBe("environment variable AMBASSADOR_DESTINATIONS");
    }

    [Fact]
    public void EverySettingThatExists_isShownOrSwitchedOff()
    {
        // An empty configuration with one of everything: no path may be shown twice, and none may be missing but below what is off.
        var settings = Explain();

        settings.Select(setting => setting.Path).ShouldBeUnique();
        foreach (var property in ((ConfigShape.Object)((ConfigShape.Map)((ConfigShape.Object)ConfigShape.Root.Properties["ReverseProxy"]).Properties["Clusters"]).Item).Properties.Keys)
        {
            settings.ShouldContain(setting => setting.Path.StartsWith($"{Cluster}:{property}", StringComparison.Ordinal), property);
        }
    }

    private static Setting Find(string path, IReadOnlyList<Setting> settings) => settings.Where(setting => setting.Path == path).ShouldHaveSingleItem();

    private static IReadOnlyList<Setting> Explain(string clusterSettings = "", params (string Name, string Value)[] variables) =>
        WrittenConfiguration.Explain(
            $$"""
            { "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api",
                                     "Match": { "Path": "/api/{**rest}" } } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "http://one" }, "two": { "Address": "http://two" } } {{clusterSettings}} } } } }
            """,
            variables);
}
