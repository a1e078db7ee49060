using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Who may change anything by the admin listener, and what it never tells.</summary>
public class AdminSafetyTests
{
    private const string Token = "correct-horse-battery-staple";

    private static readonly string Drain = AdminCalls.PathOf("api/one", "drain");

    [Theory]
    [InlineData("Origin: http://evil.example")]
    [InlineData("Origin: null")]
    [InlineData("Sec-Fetch-Site: cross-site")]
    [InlineData("Host: evil.example")]
    [InlineData("Host: 127.0.0.1.evil.example:9900")]
    [InlineData("X-Forwarded-For: 10.0.0.1")]
    [InlineData("X-Real-IP: 10.0.0.1")]
    [InlineData("Via: 1.1 proxy")]
    public async Task WithoutAToken_aWebPageOrProxy_403AndNothingChanges(string header)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var refused = await ambassador.Admin.PostAsync(Drain, headers: header);

        refused.Status().ShouldBe(403);
        refused.Header("Content-Type").ShouldBe("application/problem+json");
        refused.Header("Access-Control-Allow-Origin").ShouldBeNull();
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task WithoutAToken_thisMachine_may()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var done = await ambassador.Admin.PostAsync(Drain, headers: "Sec-Fetch-Site: same-origin");

        done.Status().ShouldBe(200);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Authorization: Bearer wrong-horse-battery-staple")]
    [InlineData("Authorization: Basic correct-horse-battery-staple")]
    public async Task WithAToken_withoutItOrWithAWrongOne_401(string? header)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one, ("Ambassador__Admin__Token", Token));

        using var refused = await ambassador.Admin.PostAsync(Drain, headers: header is null ? [] : [header]);

        refused.Status().ShouldBe(401);
        refused.Header("WWW-Authenticate").ShouldBe("Bearer");
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task WithAToken_inAFileThatIsExchanged_theNewOneCounts()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        var file = Path.Combine(setup.ConfigDirectory, "token");
        await File.WriteAllTextAsync(file, Token + "\n", TestContext.Current.CancellationToken);
        await using var ambassador = await RunningAmbassador.StartAsync(setup.With("Ambassador__Admin__TokenFile", file));
        (await StatusAsync(ambassador, $"Authorization: Bearer {Token}")).ShouldBe(404); // Nobody of that name, but it was let in.

        await File.WriteAllTextAsync(file, "another-token-entirely", TestContext.Current.CancellationToken);

        (await StatusAsync(ambassador, $"Authorization: Bearer {Token}")).ShouldBe(401);
        (await StatusAsync(ambassador, "Authorization: Bearer another-token-entirely")).ShouldBe(404);

        File.Delete(file);
        (await StatusAsync(ambassador, "Authorization: Bearer another-token-entirely")).ShouldBe(503);
    }

    [Fact]
    public async Task Refused_attempts_areToldWithTheirAddress_butNotOneByOne()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one, ("Ambassador__Admin__Token", Token));
        for (var i = 0; i < 20; i++)
        {
            using var refused = await ambassador.Admin.PostAsync(Drain, headers: "Authorization: Bearer wrong-horse-battery-staple");
        }

        var told = (await ambassador.ReadAsync("/api/events")).AsArray().Where(item => (string?)item!["kind"] == "operator").ToArray();

        told.ShouldHaveSingleItem()!["text"]!.GetValue<string>().ShouldBe("an attempt to change something was refused, from 127.0.0.1: 401, this is not the token");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Change_thatIsNotJson_415(string? contentType)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var refused = await ambassador.Admin.PostAsync(Drain, contentType: contentType);

        refused.Status().ShouldBe(415);
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task Change_byAnythingButPost_405()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var get = await ambassador.Admin.GetAsync(Drain, TestContext.Current.CancellationToken);

        get.Status().ShouldBe(405);
        (await get.TextAsync()).ShouldContain("this takes POST");
    }

    [Fact]
    public async Task Body_thatIsTooLarge_413()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var refused = await ambassador.Admin.PostAsync(AdminCalls.PathOf("api/one", "weight"), $$"""{ "weight": 3{{new string(' ', 17_000)}}}""");

        refused.Status().ShouldBe(413);
    }

    [Theory]
    [InlineData("/api/status")]
    [InlineData("/api/config")]
    [InlineData("/api/events")]
    [InlineData("/livez")]
    [InlineData("/metrics")]
    [InlineData("/api/nothing")]
    public async Task Answer_isNeitherCachedNorGuessedAt(string path)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await StartAsync(one);

        using var response = await ambassador.Admin.GetAsync(path, TestContext.Current.CancellationToken);

        response.Header("Cache-Control")!.ShouldContain("no-store");
        response.Header("X-Content-Type-Options").ShouldBe("nosniff");
        response.Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Theory]
    [InlineData("GET", "/api/status")]
    [InlineData("GET", "/metrics")]
    [InlineData("POST", "/api/shutdown")]
    [InlineData("POST", "/api/clusters/api/destinations/one/drain")]
    public async Task DataPort_servesNoneOfIt_whateverTheHostSays(string method, string path)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("the destination's own"));
        await using var ambassador = await StartAsync(one);

        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Host = ambassador.Admin.BaseAddress!.Authority;
        using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);

        (await response.TextAsync()).ShouldBe("the destination's own");
        one.Requests.Single().Target.ShouldBe(path);
    }

    [Fact]
    public async Task Secrets_areNowhere()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithFile(
            """
            {
              "Ambassador": { "Admin": { "Token": "correct-horse-battery-staple" } },
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Transforms": [ { "RequestHeader": "X-Api-Key", "Set": "hunter2" } ] } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } }
              }
            }
            """,
            ("one", one.Address));
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (_, admin) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(admin);
        var told = "";
        foreach (var header in new[] { $"Authorization: Bearer {Token}", "Authorization: Bearer hunter2hunter2hunter2" })
        {
            using var answer = await client.PostAsync(Drain, headers: header);
            told += await answer.TextAsync();
        }

        foreach (var path in new[] { "/api/status", "/api/config", "/api/events", "/readyz", "/metrics" })
        {
            using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
            told += await response.TextAsync();
        }

        told += process.ToString();
        told.ShouldContain("drained by an operator at 127.0.0.1");
        told.ShouldContain("an attempt to change something was refused, from 127.0.0.1");
        told.ShouldContain("(redacted)");
        told.ShouldNotContain(Token);
        told.ShouldNotContain("hunter2");
    }

    private static async Task<int> StatusAsync(RunningAmbassador ambassador, string header)
    {
        using var response = await ambassador.Admin.PostAsync(AdminCalls.PathOf("api/nobody", "drain"), headers: header);
        return response.Status();
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one, params (string Name, string Value)[] variables)
    {
        var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address));
        foreach (var (name, value) in variables)
        {
            setup.With(name, value);
        }

        return RunningAmbassador.StartAsync(setup); // Disposes of the setup.
    }
}
