using System.Text.Json;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary><c>explain</c> as a process, and what no command may tell.</summary>
public class ExplainTests
{
    private const int Terminate = 15;
    private const string Secret = "s3cr3t-planted";

    [Fact]
    public async Task Explain_goodConfiguration_showsValuesDefaultsAndSources()
    {
        using var setup = new AmbassadorSetup().WithCluster(""" "LoadBalancingPolicy": "RoundRobin" """, ("one", new Uri("http://127.0.0.1:9/")));
        await using var process = AmbassadorProcess.Start(setup, "explain");

        (await process.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, process.ToString());

        process.Output.ShouldMatch(@"LoadBalancingPolicy +RoundRobin +\S+routes\.json:4\b");
        process.Output.ShouldMatch(@"DrainTimeout +00:00:20 +default\b");
        process.Output.ShouldMatch(@"Admin:Listen +http://127\.0\.0\.1:0 +environment variable Ambassador__Admin__Listen");
        process.Output.ShouldNotContain("\e");
        process.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Explain_json_isAnArrayThatProgramsRead()
    {
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", "http://127.0.0.1:9=3");
        await using var process = AmbassadorProcess.Start(setup, "explain", "--json");

        (await process.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, process.ToString());

        var weight = JsonDocument.Parse(process.Output).RootElement.EnumerateArray()
            .Single(setting => setting.GetProperty("path").GetString() == "ReverseProxy:Clusters:api:Destinations:127.0.0.1-9:Weight");
        weight.GetProperty("value").GetString().ShouldBe("3");
        weight.GetProperty("source").GetString().ShouldBe("environment variable AMBASSADOR_DESTINATIONS");
        weight.GetProperty("isDefault").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Explain_badConfiguration_listsEveryErrorAndExitsWith1()
    {
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", "ftp://one").With("Ambassador__DrainDelai", "00:00:01");
        await using var process = AmbassadorProcess.Start(setup, "explain");

        (await process.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(1, process.ToString());

        process.Output.ShouldBeEmpty();
        process.Error.ShouldContain("ftp://one");
        process.Error.ShouldContain("did you mean 'DrainDelay'");
    }

    [Fact]
    public async Task Run_secretsInTheConfiguration_areNotInItsLog()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        using var setup = new AmbassadorSetup().With("Logging__LogLevel__Default", "Debug").WithFile(
            $$"""
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" },
                                                     "Transforms": [ { "RequestHeader": "Authorization", "Set": "{{Secret}}" } ] } },
                                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } }, "Metadata": { "ApiKey": "{{Secret}}" } } } },
              "Authentication": { "Schemes": { "Bearer": { "SigningKeys": [ { "Value": "{{Secret}}" } ] } } },
              "Kestrel": { "Certificates": { "Default": { "Password": "{{Secret}}" } } } }
            """,
            ("one", one.Address));
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);

        using (var response = await client.GetAsync($"/?token={Secret}", TestContext.Current.CancellationToken))
        {
            ((int)response.StatusCode).ShouldBe(502);
        }

        one.Requests.ShouldAllBe(request => request.Headers.Any(header => header.Value == Secret));
        process.Signal(Terminate);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());

        process.Output.ShouldContain("upstream_reset");
        (process.Output + process.Error).ShouldNotContain(Secret);
    }
}
