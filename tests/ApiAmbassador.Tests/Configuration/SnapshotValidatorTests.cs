using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>The check as a whole, from a file to its errors.</summary>
public class SnapshotValidatorTests
{
    private const string Route = "ReverseProxy:Routes:plain", Split = "ReverseProxy:Routes:shared:Split";
    private const string One = "ReverseProxy:Clusters:one", Two = "ReverseProxy:Clusters:two", Policies = "Ambassador:Policies";

    [Fact]
    public async Task Valid_file_has_no_error()
    {
        var (snapshot, errors) = await Settings.CheckAsync(Settings.Valid);

        errors.ShouldBeEmpty();
        snapshot.Routes.Count.ShouldBe(2);
        snapshot.Clusters.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("Ambassador:Listen", """["ftp://x"]""", "is not an address to listen on")]
    [InlineData("Ambassador:Listen", """["http://*:99999"]""", "is not a port")]
    [InlineData("Ambassador:Listen", """["http://*:81", "HTTP://*:81"]""", "is listed twice")]
    [InlineData("Ambassador:Listen", """["http://localhost:0"]""", "two address families")]
    [InlineData("Ambassador:Listen", """["http://*:9900"]""", "port 9900 is a data listener's already")]
    [InlineData("Ambassador:Admin:Listen", "\"\"", "is not an address to listen on")]
    [InlineData("ReverseProxy:Routes", "{}", "there is no route, so no request would go anywhere")]
    [InlineData("ReverseProxy:Routes", """{ "r": { "Match": { "Path": "/" } } }""", "a route needs a ClusterId or a Split")]
    [InlineData(Route + ":ClusterId", "\"onee\"", "there is no cluster 'onee'; did you mean 'one'?")]
    [InlineData(Route + ":AuthorizationPolicy", "\"Default\"", "an AuthorizationPolicy needs Authentication:Schemes:Bearer")]
    [InlineData(Route + ":AuthorizationPolicy", "\"nobody\"", "there is no policy 'nobody'; it takes default, anonymous (Ambassador:Policies:Authorization defines them)")]
    [InlineData(Route + ":CorsPolicy", "\"nobody\"", "(Ambassador:Policies:Cors defines them)")]
    [InlineData(Route + ":RateLimiterPolicy", "\"nobody\"", "(Ambassador:Policies:RateLimiter defines them)")]
    [InlineData(Route + ":TimeoutPolicy", "\"nobody\"", "(Ambassador:Policies:Timeout defines them)")]
    [InlineData(Route + ":OutputCachePolicy", "\"nobody\"", "(Ambassador:Policies:OutputCache defines them)")]
    [InlineData(Route + ":Match:Hosts", """["shop.example:http"]""", "'shop.example:http' is not a host to match")]
    [InlineData(Route + ":Match:Hosts", """["shop.*"]""", "'shop.*' is not a host to match")]
    [InlineData(Route + ":Match:Path", "\"/{x:nope}\"", "'nope'")]
    [InlineData(Route + ":Match:Path", "\"/{x:int(1,2,3)}\"", "constructor")]
    [InlineData(Route + ":Match:Path", "\"/{x\"", "Invalid path")]
    [InlineData(Route + ":Match", "{}", "requires Hosts or Path")]
    [InlineData(Route + ":Transforms", """[{ "Nonsense": "x" }]""", "Nonsense")]
    [InlineData("ReverseProxy:Routes:shared:ClusterId", "\"one\"", "a Split takes the place of ClusterId")]
    [InlineData(Split + ":StickyBy", "\"Moon\"", "'Moon' is unknown here; write Header:NAME")]
    [InlineData(Split + ":Clusters", """{ "onee": 1 }""", "there is no cluster 'onee'; did you mean 'one'?")]
    [InlineData(Split + ":Clusters", "{}", "has 0 clusters; it takes 1 to 64")]
    [InlineData(Split + ":Clusters", """{ "one": 0, "two": 0.0 }""", "every share is 0")]
    [InlineData(One + ":Destinations:a:Address", "null", "a destination needs an Address")]
    [InlineData(One + ":Destinations:b", "{}", "a destination needs an Address")]
    [InlineData(One + ":Destinations:a:Address", "\"one:8080\"", "did you mean 'http://one:8080'?")]
    [InlineData(One + ":Destinations:a:Address", "\"http://one/?q\"", "has a query or a fragment")]
    [InlineData(One + ":Destinations:a:Health", "\"one:8080\"", "did you mean 'http://one:8080'?")]
    [InlineData(One + ":Destinations:a:Weight", "0", "every destination has weight 0")]
    [InlineData(One + ":Destinations:a:Metadata", """{ "Ambassador.Weight": "heavy" }""", "'heavy' is not a whole number; use the setting Weight")]
    [InlineData(One + ":LoadBalancingPolicy", "\"RoundRobbin\"", "there is no policy 'RoundRobbin'; did you mean 'RoundRobin'?")]
    [InlineData(One + ":LoadBalancingPolicy", "\"PeekEwma\"", "there is no policy 'PeekEwma'; did you mean 'PeakEwma'?")]
    [InlineData(One + ":LoadBalancingPolicy", "\"consistenthash\"", "ConsistentHash needs HashBy: Header:NAME, Cookie:NAME, ClientAddress or Path")]
    [InlineData(One, """{ "LoadBalancingPolicy": "ConsistentHash", "HashBy": "Header" }""", "'Header' is unknown here; write Header:NAME")]
    [InlineData(One, """{ "LoadBalancingPolicy": "ConsistentHash", "HashBy": "None" }""", "'None' is unknown here; write Header:NAME")]
    [InlineData(One + ":HashBy", "\"Path\"", "HashBy is for the policy ConsistentHash")]
    [InlineData(Split + ":StickyBy", "\"Path\"", "'Path' is unknown here; write Header:NAME")]
    [InlineData(One + ":Destinations:a:Weight", "-1", "-1 is out of range")]
    [InlineData(One + ":Destinations:a:Weight", "65536", "65536 is out of range")]
    [InlineData(Two + ":LoadBalancingPolicy", "\"roundrobin\"", "the policy 'roundrobin' takes no weights, but the destinations' differ")]
    [InlineData(One + ":SessionAffinity", """{ "Enabled": true, "AffinityKeyName": "k", "Policy": "Cooky" }""", "there is no policy 'Cooky'; did you mean 'Cookie'?")]
    [InlineData(One + ":SessionAffinity", """{ "Enabled": true, "AffinityKeyName": "k", "FailurePolicy": "Again" }""", "there is no policy 'Again'; it takes")]
    [InlineData(One + ":SessionAffinity", """{ "Enabled": true }""", "Affinity key name")]
    [InlineData(One + ":HealthCheck:AvailableDestinationsPolicy", "\"All\"", "there is no policy 'All'; it takes")]
    [InlineData(One + ":HealthCheck:Active", """{ "Enabled": true, "Policy": "Treshold" }""", "there is no policy 'Treshold'; did you mean 'Thresholds'?")]
    [InlineData(One + ":HealthCheck:Passive", """{ "Enabled": true, "Policy": "Failures" }""", "there is no policy 'Failures'; it takes")]
    [InlineData(One + ":HealthCheck:Active", """{ "ExpectedStatus": ["2xx"] }""", "'2xx' is not a status code or a range of them")]
    [InlineData(One + ":HealthCheck:Active", """{ "Enabled": true, "Policy": "ConsecutiveFailures", "HealthyThreshold": 3 }""", "thresholds and statuses are for the policy Thresholds")]
    [InlineData(One + ":Metadata", """{ "ConsecutiveFailuresHealthPolicy.Threshold": "0" }""", "0 is out of range: 1 or more")]
    [InlineData(One + ":HttpRequest:Version", "\"4\"", "version")]
    [InlineData(Policies + ":Authorization", """{ "Anonymous": {} }""", "'Anonymous' is a name with a meaning of its own")]
    [InlineData(Policies + ":Cors", """{ "disable": {} }""", "'disable' is a name with a meaning of its own")]
    [InlineData(Policies + ":RateLimiter", """{ "default": { "PermitLimit": 1, "Window": "00:00:01" } }""", "'default' is a name with a meaning of its own")]
    [InlineData(Policies + ":Timeout", """{ "disable": "00:00:01" }""", "'disable' is a name with a meaning of its own")]
    [InlineData(Policies + ":OutputCache", """{ "disable": {} }""", "'disable' is a name with a meaning of its own")]
    [InlineData(Policies + ":Cors", """{ "x": { "Origins": ["*"], "Credentials": true } }""", "credentials for every origin")]
    public async Task Mistake_is_told(string path, string value, string fragment)
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With(path, value));

        var error = errors.ShouldHaveSingleItem();
        error.Message.ShouldContain(fragment);
        error.Path.ShouldStartWith(path.Split(':')[0] == "ReverseProxy" && fragment.StartsWith("there is no route", StringComparison.Ordinal) ? "" : path.Split(':')[0]);
    }

    [Theory]
    [InlineData(Route + ":AuthorizationPolicy", "\"ANONYMOUS\"")]
    [InlineData(Route + ":AuthorizationPolicy", "\"anonymous\"")]
    [InlineData(Route + ":CorsPolicy", "\"disable\"")]
    [InlineData(Route + ":OutputCachePolicy", "\"disable\"")]
    [InlineData(Route + ":Match:Hosts", """["shop.example", "*.shop.example", "shop.example:8080", "*:8080", "[::1]:80"]""")]
    [InlineData(Route + ":Match:Path", "\"/{x:int}/{y:length(2,5)}\"")]
    [InlineData(Split + ":StickyBy", "\"header: X-User\"")]
    [InlineData(Two + ":LoadBalancingPolicy", "\"WeightedRoundRobin\"")]
    [InlineData(Two + ":LoadBalancingPolicy", "\"leastrequests\"")]
    [InlineData(Two + ":LoadBalancingPolicy", "\"PeakEwma\"")]
    [InlineData(Two, """{ "LoadBalancingPolicy": "consistenthash", "HashBy": "path", "Destinations": { "a": { "Address": "http://a", "Weight": 2 }, "b": { "Address": "http://b" } } }""")]
    [InlineData(One + ":LoadBalancingPolicy", "\"roundrobin\"")]
    [InlineData(One + ":Destinations:a:Health", "\"\"")]
    [InlineData(One + ":Destinations:b", """{ "Address": "http://b", "Weight": 0 }""")]
    [InlineData(One + ":SessionAffinity", """{ "Policy": "whatever is switched off is not looked at" }""")]
    [InlineData("Ambassador:Listen", """["http://127.0.0.1:0", "http://127.0.0.1:0"]""")]
    [InlineData(Policies + ":Cors", """{ "default": { "Origins": ["https://shop.example"], "Credentials": true } }""")]
    [InlineData("Kestrel", """{ "Endpoints": { "x": { "Url": "http://*:81" } } }""")]
    public async Task What_is_right_is_not_refused(string path, string value)
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With(path, value));

        errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once_each_with_its_line()
    {
        var (_, errors) = await Settings.CheckAsync(
            """
            {
              "Ambassador": {
                "DrainDelay": "-00:00:01",
                "Unknown": 1,
                "Policies": { "Timeout": { "t": "00:00:00" } } },
              "ReverseProxy": {
                "Routes": {
                  "r": {
                    "ClusterId": "nope",
                    "Order": "first",
                    "Match": { "Path": "/{x:nope}" } } },
                "Clusters": {
                  "c": {
                    "Destinations": {
                      "d": { "Address": "c:80",
                             "Weight": 70000 },
                      "e": {} },
                    "LoadBalancingPolicy": "Guess" } } } }
            """);

        errors.Select(error => $"{Path.GetFileName(error.Place!.Value.Source)}:{error.Place!.Value.Line} {error.Path}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "routes.json:10 ReverseProxy:Routes:r:Order",
            "routes.json:11 ReverseProxy:Routes:r:Match:Path",
            "routes.json:15 ReverseProxy:Clusters:c:Destinations:d:Address",
            "routes.json:16 ReverseProxy:Clusters:c:Destinations:d:Weight",
            "routes.json:17 ReverseProxy:Clusters:c:Destinations:e:Address",
            "routes.json:18 ReverseProxy:Clusters:c:LoadBalancingPolicy",
            "routes.json:3 Ambassador:DrainDelay",
            "routes.json:4 Ambassador:Unknown",
            "routes.json:5 Ambassador:Policies:Timeout:t",
            "routes.json:9 ReverseProxy:Routes:r:ClusterId",
        ]);
        errors.ShouldAllBe(error => error.ToString().Contains(Settings.RouteFile + ':'));
    }

    [Fact]
    public async Task Mistake_in_the_environment_names_its_variable()
    {
        var (_, errors) = await Settings.CheckAsync(Settings.Valid, ("Ambassador__DrainDelay", "-00:00:01"));

        errors.ShouldHaveSingleItem().ToString().ShouldStartWith("environment variable Ambassador__DrainDelay  Ambassador:DrainDelay");
    }

    [Fact]
    public async Task Unreadable_source_is_not_followed_by_the_news_that_there_is_no_route()
    {
        var (_, errors) = await Settings.CheckAsync("{");

        errors.ShouldHaveSingleItem().Message.ShouldContain("is not valid JSON");
    }

    [Fact]
    public async Task Split_takes_64_clusters()
    {
        static string File(int count) => $$"""
            { "ReverseProxy": {
              "Routes": { "r": { "Match": { "Path": "/" }, "Split": { "Clusters": { {{List(count, i => $"\"c{i}\": 1")}} } } } },
              "Clusters": { {{List(count, i => $$"""
                "c{{i}}": { "Destinations": { "d": { "Address": "http://d" } } }
                """)}} } } }
            """;
        static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));

        (await Settings.CheckAsync(File(64))).Errors.ShouldBeEmpty();
        (await Settings.CheckAsync(File(65))).Errors.ShouldHaveSingleItem().Message.ShouldContain("has 65 clusters");
    }

    [Fact]
    public async Task Changes_of_a_valid_file_never_throw()
    {
        const int seed = 1_408;
        string[] paths =
        [
            "ReverseProxy", "ReverseProxy:Routes", Route, Route + ":Match", Route + ":Match:Path", Route + ":Match:Headers", Route + ":Transforms", Route + ":Metadata",
            Route + ":Timeout", Route + ":Retry", Route + ":Retry:On", Split, Split + ":Clusters", Split + ":Clusters:one", Split + ":Name", "ReverseProxy:Clusters", One, One + ":Destinations", One + ":Destinations:a",
            One + ":Destinations:a:Metadata", One + ":HttpClient", One + ":HttpRequest", One + ":SessionAffinity", One + ":HealthCheck", One + ":HealthCheck:Active",
            One + ":CircuitBreaker", One + ":RetryBudget", One + ":Limits", One + ":ConnectTimeout",
            "Ambassador", "Ambassador:Listen", "Ambassador:Admin", Policies, Policies + ":Authorization", Policies + ":RateLimiter:x", "Authentication:Schemes:Bearer", "AllowedHosts",
        ];
        string[] values =
        [
            "null", "1", "-1", "\"\"", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]", "[\"\"]", "{ \"x\": null }", "{ \"x\": {} }", "{ \"x\": [] }", "{ \"Enabled\": true }",
            "{ \"a:b\": \"c\" }", "true", "1e308", "\"00:00:01\"", "{ \"Ambassador.Weight\": \"x\", \"Ambassador.ConnectTimeout\": \"x\" }",
        ];
        var random = new Random(seed);
        for (var round = 0; round < 150; round++)
        {
            var (path, value) = (paths[random.Next(paths.Length)], values[random.Next(values.Length)]);

            await Should.NotThrowAsync(() => Settings.CheckAsync(Settings.With(path, value)), $"seed {seed}, round {round}: {path} = {value}");
        }
    }
}
