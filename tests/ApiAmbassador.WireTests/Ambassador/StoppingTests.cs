using System.Net;
using System.Net.Sockets;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The way to the end: <c>DrainDelay</c>, <c>DrainTimeout</c>, signals and exit codes, of the program as a process.</summary>
public class StoppingTests
{
    private const int Interrupt = 2, Terminate = 15;

    [Fact]
    public async Task Sigterm_duringTheDelay_requestsAreServedAndConnectionsEnd()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = Setup(one, delay: "00:01:00");
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, admin) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);
        using var probe = PlainClient.Create(admin);
        (await StatusAsync(probe, "/readyz")).ShouldBe(200);

        process.Signal(Terminate);
        await Eventually.SeesAsync(_ => StatusAsync(probe, "/readyz"), status => status == 503);

        using (var response = await client.GetAsync("/", TestContext.Current.CancellationToken))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.ConnectionClose.ShouldBe(true);
        }

        (await StatusAsync(probe, "/livez")).ShouldBe(200);

        // A second signal ends the delay; without it the process would go on for a minute.
        process.Signal(Terminate);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    [Fact]
    public async Task Sigterm_whoConnectedLast_isServed()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = Setup(one, delay: "00:00:00.200");
        var served = 0;

        // On a busy machine we may see too late that the listener is closed.
        for (var tries = 0; tries < 5 && served < 4; tries++)
        {
            await using var process = AmbassadorProcess.Start(setup, "run");
            var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
            process.Signal(Terminate);

            var callers = await ConnectUntilRefusedAsync(data);
            var answers = await Task.WhenAll(callers.TakeLast(5).Select(AskAsync));
            callers.ForEach(caller => caller.Dispose());

            served = answers.Count(answer => answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.Contains("Connection: close", StringComparison.Ordinal));
            (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
        }

        served.ShouldBeGreaterThanOrEqualTo(4, "one may have come in the very moment in which the listener closed");
    }

    [Fact]
    public async Task Sigint_requestInFlight_isFinishedWithoutTheDelay()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Reply.Ok("finished").Held(by: gate));
        using var setup = Setup(one, delay: "00:01:00");
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);
        var inFlight = client.GetStringAsync("/", TestContext.Current.CancellationToken);
        await one.WaitForAsync(destination => destination.RequestCount == 1);

        process.Signal(Interrupt);
        await process.WaitForTextAsync("Stopping");
        gate.Open();

        (await inFlight).ShouldBe("finished");
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    [Fact]
    public async Task DrainTimeout_requestThatHangs_isCutAndTheProcessEnds()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Hang());
        using var setup = Setup(one, delay: "00:00:00").With("Ambassador__DrainTimeout", "00:00:00.300");
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);
        var inFlight = client.GetStringAsync("/", TestContext.Current.CancellationToken);
        await one.WaitForAsync(destination => destination.RequestCount == 1);

        process.Signal(Terminate);

        await Should.ThrowAsync<HttpRequestException>(inFlight);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task BadConfiguration_everyErrorAtOnce_exit1WithoutStackTrace(string command)
    {
        using var setup = new AmbassadorSetup().WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "shop", "Match": { "Path": "{**any}" } } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "one:8080", "Wieght": 2 } } } }
              }
            }
            """);
        await using var process = AmbassadorProcess.Start(setup, command);

        (await process.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(1, process.ToString());

        var unfolded = process.Error.ReplaceLineEndings(" ").Replace("   ", " ", StringComparison.Ordinal);
        unfolded.ShouldContain("routes.json:3");
        unfolded.ShouldContain("there is no cluster 'shop'");
        unfolded.ShouldContain("did you mean 'http://one:8080'?");
        unfolded.ShouldContain("did you mean 'Weight'?");
        unfolded.ShouldContain("3 errors.");
        process.Error.ShouldNotContain("   at ");
        process.Error.Split('\n').ShouldAllBe(line => line.Length <= 80 || !line.Contains(' '));
    }

    [Fact]
    public async Task PortInUse_isSaidInOneSentence_exit1()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var setup = Setup(one, delay: "00:00:00").With("Ambassador__Listen__0", $"http://127.0.0.1:{one.Port}");
        await using var process = AmbassadorProcess.Start(setup, "run");

        (await process.WaitForEndAsync(TimeSpan.FromSeconds(30))).ShouldBe(1, process.ToString());

        process.Error.ShouldContain("address already in use");
        process.ToString().ShouldNotContain("   at ");
    }

    private static AmbassadorSetup Setup(ScriptedDestination one, string delay) => new AmbassadorSetup()
        .With("AMBASSADOR_DESTINATIONS", $"{one.Address}")
        .With("Ambassador__DrainDelay", delay);

    private static async Task<List<TcpClient>> ConnectUntilRefusedAsync(Uri address)
    {
        var callers = new List<TcpClient>();
        while (true)
        {
            var caller = new TcpClient();
            try
            {
                await caller.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                caller.Dispose();
                return callers;
            }

            callers.Add(caller);
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<string> AskAsync(TcpClient caller)
    {
        try
        {
            var stream = caller.GetStream();
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static async Task<int> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
