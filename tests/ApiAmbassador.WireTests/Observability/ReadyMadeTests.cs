using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>The alert rules and the dashboard of <c>deploy/</c>: they are good, and there is everything that they ask for.</summary>
public sealed partial class ReadyMadeTests
{
    private static readonly string Rules = Deploy("prometheus", "alerts.yml"), RuleTests = Deploy("prometheus", "alerts.test.yml"), Dashboard = Deploy("grafana", "ambassador.json");

    [Fact]
    public async Task Rules_areGood_andFireWhenTheyShould()
    {
        var promtool = Tool.PromTool.Require();
        await using var check = ExternalProcess.Start(promtool, "check", "rules", Rules);
        (await check.WaitForEndAsync()).ShouldBe(0, $"{check}");

        await using var test = ExternalProcess.Start(promtool, "test", "rules", RuleTests);
        (await test.WaitForEndAsync()).ShouldBe(0, $"{test}");
    }

    [Fact]
    public async Task RulesAndDashboard_askForNothingThatThereIsNot()
    {
        await using var bench = await Bench.StartAsync();
        var names = (await Scrape.OfAsync(bench.Ambassador)).Names.ToHashSet();
        var rules = Metric().Matches(await File.ReadAllTextAsync(Rules, TestContext.Current.CancellationToken)).Select(match => match.Value);
        var dashboard = Expressions(JsonNode.Parse(await File.ReadAllTextAsync(Dashboard, TestContext.Current.CancellationToken))!)
            .SelectMany(expression => Metric().Matches(expression)).Select(match => match.Value).ToArray();

        dashboard.Length.ShouldBeGreaterThan(30);
        rules.Concat(dashboard).Distinct().Where(name => !names.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Prometheus_scrapes_understandsEveryExpression_andAlerts()
    {
        await using var bench = await Bench.StartAsync();
        await using var prometheus = await Prometheus.StartAsync(bench.Ambassador.Admin.BaseAddress!, Rules);

        var attempts = await prometheus.QueryAsync("""ambassador_attempts_total{outcome="success",cluster="api"} > 0""");
        attempts.ShouldHaveSingleItem()!["metric"]!["destination"]!.GetValue<string>().ShouldBe("one");
        (await prometheus.QueryAsync("histogram_quantile(0.99, ambassador_attempt_duration_seconds_bucket) > 0")).ShouldHaveSingleItem();
        (await prometheus.QueryAsync("""http_server_request_duration_seconds_count{http_route="/api"} > 0""")).ShouldNotBeEmpty();
        (await prometheus.AlertsAsync()).Select(alert => (string?)alert!["labels"]!["alertname"]).ShouldContain("AmbassadorNoUsableDestination", $"{prometheus}");

        // What it cannot parse it refuses with an error; some have no answer now, which counting turns into a zero.
        foreach (var expression in Expressions(JsonNode.Parse(await File.ReadAllTextAsync(Dashboard, TestContext.Current.CancellationToken))!).Where(text => !text.StartsWith("label_values", StringComparison.Ordinal)))
        {
            var filled = expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$__range", "1h", StringComparison.Ordinal);
            await prometheus.QueryAsync($"count({Variable().Replace(filled, ".*")}) or vector(0)");
        }
    }

    private static IEnumerable<string> Expressions(JsonNode node) => node switch
    {
        JsonObject part => part.Where(pair => pair.Value is not null).SelectMany(pair => pair.Key is "expr" or "definition" ? [pair.Value!.GetValue<string>()] : Expressions(pair.Value!)),
        JsonArray list => list.Where(item => item is not null).SelectMany(item => Expressions(item!)),
        _ => [],
    };

    private static string Deploy(params string[] path) => Path.Combine([Path.GetDirectoryName(Here())!, "..", "..", "..", "deploy", .. path]);

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex("""\b(ambassador|http_server|http_client|kestrel|dotnet)_\w+""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Metric();

    [GeneratedRegex("""\$\w+""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    /// <summary>An ambassador that has done a bit of everything, so that it has every series.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private ScriptedDestination _one = null!;

        public RunningAmbassador Ambassador { get; private set; } = null!;

        public static async Task<Bench> StartAsync()
        {
            var bench = new Bench { _one = ScriptedDestination.Start("one", Reply.Ok("one")) };
            var gate = new Gate();
            bench._one.AnswerInTurn(Reply.Ok(), Reply.Status(503), Reply.Ok().Held(by: gate), Reply.Ok());
            var setup = new AmbassadorSetup().WithFile(
                """
                {
                  "ReverseProxy": {
                    "Routes": { "api": { "Match": { "Path": "/api" }, "Split": { "Clusters": { "api": 1 } } } },
                    "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } }, "Limits": { "MaxConcurrentRequests": 1, "MaxQueuedRequests": 1, "QueueTimeout": "00:01:00" } },
                                  "nobody": { "Destinations": {}, "Discovery": { "File": { "Path": "targets/*.json" } } } }
                  }
                }
                """,
                ("one", bench._one.Address));
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(setup.ConfigDirectory, "targets")).FullName, "none.json"), "[]", TestContext.Current.CancellationToken);
            using var certificate = TestCertificate.Create();
            var path = Path.Combine(setup.ConfigDirectory, "served.pfx");
            await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx), TestContext.Current.CancellationToken);
            bench.Ambassador = await RunningAmbassador.StartAsync(setup.With("Ambassador__Listen__1", "https://127.0.0.1:0").With("Kestrel__Certificates__Default__Path", path));
            using var secure = PlainClient.Create(bench.Ambassador.Addresses[1], certificate);
            (await secure.GetAsync("/none", TestContext.Current.CancellationToken)).Status().ShouldBe(404);
            await bench.Ambassador.GetAsync("/api");
            var first = bench.Ambassador.GetAsync("/api"); // 503, tried again, held.
            await bench._one.WaitForAsync(one => one.RequestCount == 3);
            var second = bench.Ambassador.GetAsync("/api");
            await Eventually.SeesAsync(_ => Scrape.OfAsync(bench.Ambassador), seen => seen["ambassador_requests_queued", "cluster=api"] == 1);
            gate.Open();
            await Task.WhenAll(first, second);
            return bench;
        }

        public async ValueTask DisposeAsync()
        {
            await Ambassador.DisposeAsync();
            await _one.DisposeAsync();
        }
    }
}
