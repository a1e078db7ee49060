using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>A standard output that stalls, breaks or ends: requests go on, and what is lost is counted.</summary>
public class AccessLogOutputTests
{
    [Fact]
    public async Task OutputThatStalls_holdsUpNoRequest_andLinesAreCounted()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var lines = new AccessLines();
        await using var ambassador = await StartAsync(one, lines);
        var log = ambassador.Services.GetRequiredService<AccessLog>();
        lines.Door.Reset();

        for (var i = 0; i < (2 * AccessLog.WaitingMax) + 1000; i++)
        {
            log.Add(new AccessLine { Method = "GET", Path = "/", Protocol = "HTTP/1.1" });
        }

        (await ambassador.GetAsync("/while-it-stalls")).ShouldBe("one");
        await Eventually.SeesAsync(() => log.Dropped, dropped => dropped > 0);
        lines.Door.Set();
        await Eventually.SeesAsync(async _ => await ambassador.GetAsync("/afterwards"), _ => lines.Lines.Any(line => line.Contains("/afterwards", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OutputThatBreaks_isCounted_andUsedAgainWhenItIsBack()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var lines = new AccessLines { IsBroken = true };
        await using var ambassador = await StartAsync(one, lines);
        var log = ambassador.Services.GetRequiredService<AccessLog>();

        await ambassador.GetAsync("/lost");
        await Eventually.SeesAsync(() => log.Dropped, dropped => dropped == 1);
        lines.IsBroken = false;
        await ambassador.GetAsync("/found");

        await lines.WaitForAsync("/found");
        lines.Lines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Stop_writesWhatWaits_andDoesNotWaitForAnOutputThatStalls()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        var (good, stalled) = (new AccessLines(), new AccessLines());
        stalled.Door.Reset();
        await using var first = await StartAsync(one, good);
        await using var second = await StartAsync(one, stalled);
        await first.GetAsync("/waits");
        await second.GetAsync("/waits");

        await first.StopAsync(TestContext.Current.CancellationToken);
        good.Lines.ShouldHaveSingleItem();
        await second.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
        stalled.Door.Set();
    }

    /// <summary>A real pipe, whose reader goes after the line that says where we listen.</summary>
    [Fact]
    public async Task PipeWhoseReaderHasGone_requestsGoOn_andTheMetricCounts()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        using var setup = Setup(one).With("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"{collector.HttpAddress}/v1/metrics").With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        var program = typeof(AccessLog).Assembly.Location;
        await using var shell = ExternalProcess.Start(
            "sh", setup.Variables, ["-c", $"dotnet exec '{program}' run --config '{setup.ConfigDirectory}' | sed -u '/probes and admin on/q' >&2"]);
        await shell.WaitForTextAsync("probes and admin on ", within: TimeSpan.FromSeconds(30));
        var (data, admin) = AmbassadorProcess.Addresses(shell.Error);
        using var client = PlainClient.Create(data);

        for (var i = 0; i < 3; i++)
        {
            (await client.GetStringAsync("/", TestContext.Current.CancellationToken)).ShouldBe("one");
        }

        using var operators = PlainClient.Create(admin);
        using var stop = new StringContent("{}", mediaType: new("application/json"));
        (await operators.PostAsync("/api/shutdown", stop, TestContext.Current.CancellationToken)).Dispose();
        await shell.WaitForEndAsync();
        collector.Points.Where(point => point.Metric == "ambassador.access_log.dropped").Max(point => point.Value).ShouldBeInRange(1, 3);
    }

    private static AmbassadorSetup Setup(ScriptedDestination one) =>
        new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("Ambassador__AccessLog__Requests", "All");

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination one, AccessLines lines) =>
        RunningAmbassador.StartAsync(Setup(one), services => services.AddSingleton<ILineOutput>(lines));
}
