using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class ShapeCheckTests
{
    [Theory]
    [InlineData("""{ "RevrseProxy": {} }""", "RevrseProxy", "unknown section; did you mean 'ReverseProxy'?")]
    [InlineData("""{ "Ambasador": {} }""", "Ambasador", "unknown section; did you mean 'Ambassador'?")]
    [InlineData("""{ "ReverseProxy": { "Route": {} } }""", "ReverseProxy:Route", "unknown key; did you mean 'Routes'?")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": { "Clusterid_": "c" } } } }""", "ReverseProxy:Routes:r:Clusterid_", "unknown key; did you mean 'ClusterId'?")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": { "RouteId": "c" } } } }""", "ReverseProxy:Routes:r:RouteId", "unknown key")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": { "Match": { "Pth": "/" } } } } }""", "ReverseProxy:Routes:r:Match:Pth", "unknown key; did you mean 'Path'?")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": { "Match": { "Headers": [ { "Nme": "x" } ] } } } } }""", "ReverseProxy:Routes:r:Match:Headers:0:Nme", "did you mean 'Name'?")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "r": { "Split": { "Sticky": "x" } } } } }""", "ReverseProxy:Routes:r:Split:Sticky", "unknown key; did you mean 'StickyBy'?")]
    [InlineData("""{ "ReverseProxy": { "Clusters": { "c": { "Destinations": { "d": { "Adress": "x" } } } } } }""", "ReverseProxy:Clusters:c:Destinations:d:Adress", "did you mean 'Address'?")]
    [InlineData("""{ "ReverseProxy": { "Clusters": { "c": { "Destinations": { "d": { "Wieght": 1 } } } } } }""", "ReverseProxy:Clusters:c:Destinations:d:Wieght", "did you mean 'Weight'?")]
    [InlineData("""{ "ReverseProxy": { "Clusters": { "c": { "HealthCheck": { "Active": { "Intervall": "00:00:01" } } } } } }""", "ReverseProxy:Clusters:c:HealthCheck:Active:Intervall", "did you mean 'Interval'?")]
    [InlineData("""{ "ReverseProxy": { "Clusters": { "c": { "ClusterId": "c" } } } }""", "ReverseProxy:Clusters:c:ClusterId", "unknown key")]
    [InlineData("""{ "Ambassador": { "Draindelai": "00:00:01" } }""", "Ambassador:Draindelai", "did you mean 'DrainDelay'?")]
    [InlineData("""{ "Ambassador": { "Xyz": 1 } }""", "Ambassador:Xyz", "unknown key; it takes Listen, Admin, DrainDelay")]
    [InlineData("""{ "Ambassador": { "Policies": { "Cors": { "x": { "Origin": [] } } } } }""", "Ambassador:Policies:Cors:x:Origin", "did you mean 'Origins'?")]
    public void Unknown_key_is_an_error_with_a_hint(string json, string path, string fragment)
    {
        var error = Pruned(json).Errors.ShouldHaveSingleItem();

        error.Path.ShouldBe(path);
        error.Message.ShouldContain(fragment);
        error.Place!.Value.Line.ShouldBe(1);
    }

    [Theory]
    [InlineData("Ambassador:DrainDelay", "5", "'5' is not a duration; write hours:minutes:seconds, as 00:00:05")]
    [InlineData("Ambassador:DrainDelay", "\"5s\"", "is not a duration")]
    [InlineData("Ambassador:DrainDelay", "[\"00:00:05\"]", "takes one value, not a list or an object")]
    [InlineData("Ambassador:ReadyNeedsDestinations", "\"yes\"", "'yes' is neither true nor false")]
    [InlineData("Ambassador:Listen", "\"http://*:80\"", "takes a list: [ … ]")]
    [InlineData("Ambassador:Listen", "{ \"first\": \"http://*:80\" }", "takes a list: [ … ]")]
    [InlineData("Ambassador:Admin", "\"http://*:80\"", "takes an object: { … }")]
    [InlineData("Ambassador:Admin", "[]", "takes an object: { … }")]
    [InlineData("ReverseProxy:Routes", "[]", "takes an object: { … }")]
    [InlineData("ReverseProxy:Clusters:one:Destinations", "[ { \"Address\": \"http://x\" } ]", "takes an object: { … }")]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Weight", "\"many\"", "'many' is not a whole number")]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Weight", "1.5", "'1.5' is not a whole number")]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Weight", "99999999999", "is not a whole number")]
    [InlineData("ReverseProxy:Routes:plain:MaxRequestBodySize", "\"1 MB\"", "'1 MB' is not a whole number")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "\"half\"", "'half' is not a number")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "1e999", "is not a number")]
    [InlineData("ReverseProxy:Routes:shared:Split:Clusters:one", "\"NaN\"", "is not a number")]
    [InlineData("ReverseProxy:Clusters:one:HttpRequest:Version", "\"two\"", "is not an HTTP version")]
    [InlineData("ReverseProxy:Clusters:one:HttpRequest:VersionPolicy", "\"RequestVersionExakt\"", "is unknown here; did you mean 'RequestVersionExact'?")]
    [InlineData("ReverseProxy:Clusters:one:HttpClient:WebProxy:Address", "\"not a url\"", "is not an absolute URL")]
    [InlineData("ReverseProxy:Clusters:one:HttpClient:SslProtocols", "[\"Tls14\"]", "'Tls14' is unknown here")]
    [InlineData("Ambassador:Policies:RateLimiter:x:Kind", "\"Bucket\"", "'Bucket' is unknown here; it takes FixedWindow")]
    public void Value_of_the_wrong_kind_is_an_error_and_is_pruned(string path, string value, string fragment)
    {
        var (root, errors) = Pruned(Settings.With(path, value));

        errors.ShouldHaveSingleItem().Message.ShouldContain(fragment);
        root.Flatten().ShouldNotContain(pair => pair.Key.StartsWith(path, StringComparison.Ordinal) && pair.Value!.Length > 0);
    }

    [Fact]
    public void Whole_list_with_a_wrong_item_keeps_the_others()
    {
        var (root, errors) = Pruned("""{ "ReverseProxy": { "Clusters": { "c": { "HttpClient": { "SslProtocols": ["Tls12", "Tls14", "Tls13"] } } } } }""");

        errors.ShouldHaveSingleItem().Path.ShouldEndWith(":SslProtocols:1");
        root.Flatten().Select(pair => pair.Value).ShouldBe(["Tls12", "Tls13"]);
    }

    [Theory]
    [InlineData("""{ "Ambassador": { "DrainDelay": "00:00:05", "DrainDelay:More": 1 } }""", "Ambassador:DrainDelay", "takes one value")]
    [InlineData("""{ "Ambassador": null, "Ambassador:DrainDelay": "soon" }""", "Ambassador:DrainDelay", "is not a duration")]
    [InlineData("""{ "Ambassador": null, "Ambassador:Xyz": "soon" }""", "Ambassador:Xyz", "unknown key")]
    [InlineData("""{ "Ambassador": "text", "Ambassador:DrainDelay": "00:00:01" }""", "Ambassador", "takes an object")]
    public void Value_with_settings_below_it_is_checked_as_both(string json, string path, string fragment)
    {
        var error = Pruned(json).Errors.ShouldHaveSingleItem();

        error.Path.ShouldBe(path);
        error.Message.ShouldContain(fragment);
    }

    [Fact]
    public void Pruning_keeps_the_rest_readable()
    {
        var gathered = Settings.Gather(
            """
            { "ReverseProxy": {
              "Routes": {
                "good": { "ClusterId": "c", "Order": 3, "Match": { "Path": "/good" } },
                "bad": { "ClusterId": "c", "Order": "first", "Timeout": 5, "Match": { "Path": "/bad", "Queries": "x" } } },
              "Clusters": { "c": { "Unknown": 1, "Destinations": { "d": { "Address": "http://d", "Weight": "x" } } } } } }
            """);

        gathered.Errors.Count.ShouldBe(5);
        var snapshot = SnapshotBuilder.Build(gathered, revision: 1);
        snapshot.Routes["good"].Config.Order.ShouldBe(3);
        snapshot.Routes["bad"].Config.Order.ShouldBeNull();
        snapshot.Routes["bad"].Config.Match.Path.ShouldBe("/bad");
        snapshot.Clusters["c"].Config.Destinations!["d"].Address.ShouldBe("http://d");
    }

    [Fact]
    public void Null_fits_everywhere()
    {
        Pruned(
            """
            { "Ambassador": { "DrainDelay": null, "Listen": null, "Admin": null, "Policies": { "Timeout": { "x": null } } },
              "ReverseProxy": { "Routes": null, "Clusters": { "c": null } } }
            """).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Sections_of_the_framework_are_not_ours_to_check()
    {
        Pruned("""{ "Logging": { "LogLevel": { "Default": "x" } }, "Kestrel": [1], "AllowedHosts": "*" }""").Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Keys_do_not_differ_by_case()
    {
        Pruned("""{ "reverseproxy": { "ROUTES": { "r": { "clusterid": "c" } } }, "ambassador": { "draindelay": "00:00:01" } }""").Errors.ShouldBeEmpty();
    }

    private static (ConfigNode Root, IReadOnlyList<ConfigError> Errors) Pruned(string json)
    {
        var (root, errors) = Settings.Parse(json);
        errors.ShouldBeEmpty();
        var found = new List<ConfigError>();
        ShapeCheck.Prune(root!, found);
        return (root!, found);
    }
}
