using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The commands <c>status</c>, <c>drain</c>, <c>undrain</c> and <c>weight</c>, and <c>shutdown</c>, as processes beside a running one.</summary>
public class OperatorCommandTests
{
    private const string Token = "correct-horse-battery-staple";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Commands_findTheAmbassadorAndItsTokenByItsConfiguration()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup()
            .WithCluster(""" "Metadata": null """, ("one", one.Address), ("team/two", two.Address))
            .With("Ambassador__Admin__Listen", $"http://127.0.0.1:{FreePort.Next()}")
            .With("Ambassador__Admin__Token", Token);
        await using var run = AmbassadorProcess.Start(setup, "run");
        await AmbassadorProcess.WaitForAddressesAsync(run);

        (await RunAsync(setup, "drain", "api/one")).ShouldBe((0, "api/one: drained\n", ""));
        (await RunAsync(setup, "weight", "api/team/two", "3")).ShouldBe((0, "api/team/two: weight 3\n", ""));

        var (exit, output, _) = await RunAsync(setup, "status");
        exit.ShouldBe(0);
        output.ShouldContain("api: 1 of 2 usable, 0 in flight, 0 queued");
        output.ShouldMatch(@"  one +0 \(of 1\) +0 +0 +-  drained\n");
        output.ShouldMatch(@"  team/two +3 \(of 1\) +0 +0 +-  serving\n");
        output.ShouldNotContain('\e');
        output.Split('\n').ShouldAllBe(line => line.Length <= 80);

        (await RunAsync(setup, "undrain", "api/one")).Output.ShouldBe("api/one: weight 1\n");
        (await RunAsync(setup, "weight", "api/team/two", "reset")).Output.ShouldBe("api/team/two: weight 1\n");
    }

    [Fact]
    public async Task Commands_thatCannot_exit1AndOneSentence()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address)).With("Ambassador__Admin__Token", Token);
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var admin = ambassador.Admin.BaseAddress!.ToString();
        var nobody = $"http://127.0.0.1:{FreePort.Next()}/";

        (await RunAsync(setup, "drain", "api/one", "--admin", admin)).ShouldBe((1, "", $"{admin} refuses: a change wants the token: Authorization: Bearer TOKEN.\n"));
        (await RunAsync(setup, "status", "--admin", nobody)).ShouldBe(
            (1, "", $"{nobody} cannot be asked: Connection refused. Is the ambassador running, and its admin listener there?\n"));
        setup.With("AMBASSADOR_ADMIN_TOKEN", Token);
        (await RunAsync(setup, "drain", "api/onne", "--admin", admin)).Error.ShouldBe(
            $"{admin} refuses: cluster 'api' has no destination 'onne'; did you mean 'one'?\n");
        (await RunAsync(setup, "drain", "api/one", "--admin", admin)).ShouldBe(
            (0, "api/one: drained\n", "Warning: no destination of cluster 'api' is usable now; its requests are answered with 503.\n"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[ 1 ]")]
    public async Task Status_ofWhatIsNoAmbassador_exit1AndOneSentence(string answer)
    {
        await using var other = ScriptedDestination.Start("other", Reply.Ok(answer).WithHeader("Content-Type", "application/json"));
        using var setup = new AmbassadorSetup();
        var url = $"http://user:hunter2@127.0.0.1:{other.Port}/";

        (await RunAsync(setup, "status", "--watch", "--admin", url)).ShouldBe(
            (1, "", $"http://…@127.0.0.1:{other.Port}/ cannot be asked: what answers there is no ambassador. Is the ambassador running, and its admin listener there?\n"));
    }

    [Fact]
    public async Task Status_watched_isShownAgainUntilItIsInterrupted()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().WithCluster(""" "Metadata": null """, ("one", one.Address));
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        await using var watch = AmbassadorProcess.Start(setup, "status", "--watch", "--admin", ambassador.Admin.BaseAddress!.ToString());

        await watch.WaitForTextAsync("revision 1,", within: Deadline);
        await ambassador.SayAsync("api/one", "drain");
        await watch.WaitForTextAsync("drained", within: Deadline);
        watch.Signal(2);

        (await watch.WaitForEndAsync(Deadline)).ShouldBe(0, watch.ToString());
    }

    [Fact]
    public async Task Shutdown_isTheSameAsSigterm()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("Ambassador__DrainDelay", "00:00:00.200");
        await using var run = AmbassadorProcess.Start(setup, "run");
        var (_, admin) = await AmbassadorProcess.WaitForAddressesAsync(run);
        using var client = PlainClient.Create(admin);

        using var answer = await client.PostAsync("/api/shutdown");

        answer.Status().ShouldBe(202);
        (await run.WaitForEndAsync()).ShouldBe(0, run.ToString());
        run.Output.ShouldContain("Draining:");
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(AmbassadorSetup setup, params string[] arguments)
    {
        await using var process = AmbassadorProcess.Start(setup, arguments);
        var exit = await process.WaitForEndAsync(Deadline);
        return (exit, process.Output.ReplaceLineEndings("\n"), process.Error.ReplaceLineEndings("\n"));
    }
}
