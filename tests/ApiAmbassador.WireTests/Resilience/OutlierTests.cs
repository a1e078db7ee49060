using System.Text.Json;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>Who does worse than the others is ejected: AWS App Mesh's scenario of four instances and five errors in a row, and how it ends.</summary>
public sealed class OutlierTests : IAsyncDisposable
{
    private const string RoundRobin = """ "LoadBalancingPolicy": "RoundRobin", "SlowStart": "00:00:00" """;
    private const string Long = """ "Outlier": { "BaseEjection": "01:00:00" } """;

    private readonly ScriptedDestination[] _instances = [.. new[] { "one", "two", "three", "four" }.Select(name => ScriptedDestination.Start(name, Reply.Ok(name)))];

    [Fact]
    public async Task OneOfFourIsBad_fiveErrorsAndAllTrafficGoesToTheRest()
    {
        await using var ambassador = await StartAsync(4, Long);
        Break(0);

        (await ErrorsAsync(ambassador, 40)).ShouldBe(5);
        (await ErrorsAsync(ambassador, 100)).ShouldBe(0);
        _instances[0].RequestCount.ShouldBe(5);
        (await OutlierAsync(ambassador, "one")).ShouldBe((true, 1));
        (await EventsAsync(ambassador)).ShouldContain("ejected for 3600 s: 5 errors in a row, which others do not answer");
    }

    [Fact]
    public async Task TwoOfFourAreBad_stillOnlyGoodAnswersAfterwards()
    {
        await using var ambassador = await StartAsync(4, Long);
        Break(0, 1);

        (await ErrorsAsync(ambassador, 60)).ShouldBe(10);
        (await ErrorsAsync(ambassador, 100)).ShouldBe(0);
    }

    /// <summary>Half of the hosts stay at least, so one bad one does; two of four are well, which is not below <c>PanicRatio</c>, so there is no panic.</summary>
    [Fact]
    public async Task ThreeOfFourAreBad_twoAreEjectedAndHalfOfTheAnswersAreGood()
    {
        await using var ambassador = await StartAsync(4, Long);
        Break(0, 1, 2);
        await ErrorsAsync(ambassador, 80);

        (await ErrorsAsync(ambassador, 100)).ShouldBe(50);
        (await StatusAsync(ambassador)).GetProperty("panic").GetBoolean().ShouldBeFalse();
    }

    /// <summary>With three allowed to go one of four is left, which is below <c>PanicRatio</c>: all are asked again.</summary>
    [Fact]
    public async Task ThreeOfFourAreEjected_panicAsksAllAndSaysSo()
    {
        await using var ambassador = await StartAsync(4, """ "Outlier": { "BaseEjection": "01:00:00", "MaxEjectedHosts": 3 } """);
        Break(0, 1, 2);
        await ErrorsAsync(ambassador, 80);

        (await ErrorsAsync(ambassador, 100)).ShouldBe(75);
        (await StatusAsync(ambassador)).GetProperty("panic").GetBoolean().ShouldBeTrue();
        (await EventsAsync(ambassador)).ShouldContain("only 1 of 4 destinations are well, which is below PanicRatio: health is ignored, all of them are asked");
    }

    [Fact]
    public async Task AllAnswerErrors_nobodyIsEjected()
    {
        await using var ambassador = await StartAsync(4, Long);
        Break(0, 1, 2, 3);

        (await ErrorsAsync(ambassador, 100)).ShouldBe(100);
        (await EventsAsync(ambassador)).ShouldNotContain("ejected");
    }

    [Fact]
    public async Task PoolOfTwo_oneIsEjectedAndOneIsKept()
    {
        await using var ambassador = await StartAsync(2, Long);
        Break(0);
        (await ErrorsAsync(ambassador, 20)).ShouldBe(5);

        Break(1);
        (await ErrorsAsync(ambassador, 20)).ShouldBe(20);
        _instances[0].RequestCount.ShouldBe(5);
    }

    [Fact]
    public async Task EjectionOver_isLetInAgain_andForTwiceAsLongOutTheNextTime()
    {
        await using var ambassador = await StartAsync(2, """ "Outlier": { "BaseEjection": "00:00:00.300" } """);
        Break(0);
        foreach (var told in new[] { "ejected for 0.3 s", "let in again after 0.3 s", "ejected for 0.6 s", "let in again after 0.6 s" })
        {
            await Eventually.SeesAsync(async _ => (await ErrorsAsync(ambassador, 2), await EventsAsync(ambassador)), seen => seen.Item2.Contains(told, StringComparison.Ordinal));
        }

        Heal(0);
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");
    }

    [Fact]
    public async Task GoodProbes_letItInAgain()
    {
        var bad = true;
        _instances[0].AnswerWith(request => request.Target != "/health" && Volatile.Read(ref bad) ? Reply.Status(500) : Reply.Ok("one"));
        await using var ambassador = await StartAsync(2, $$"""{{Long}}, "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.500" } } """);
        await ErrorsAsync(ambassador, 12);

        Volatile.Write(ref bad, false);
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == "one");
        (await EventsAsync(ambassador)).ShouldContain("let in again after 2 good probes");
    }

    [Fact]
    public async Task ShareOfErrors_ejectsWithoutARow()
    {
        var number = 0;
        _instances[0].AnswerWith(_ => Interlocked.Increment(ref number) % 3 > 0 ? Reply.Status(500) : Reply.Ok("one"));
        await using var ambassador = await StartAsync(2, """ "Outlier": { "BaseEjection": "01:00:00", "Interval": "00:00:00.100" } """);

        await Eventually.SeesAsync(async _ => (await ErrorsAsync(ambassador, 10), await OutlierAsync(ambassador, "one")), seen => seen.Item2.IsEjected);
        (await EventsAsync(ambassador)).ShouldContain("requests were errors, and of others' far fewer");
    }

    /// <summary>An error that is given up for another attempt counts as one that reached the caller.</summary>
    [Fact]
    public async Task ErrorsThatAreTriedAgain_ejectAllTheSame()
    {
        using var setup = Setup(2, Long).With("ReverseProxy__Routes__api__Retry__On__0", "5xx");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        Break(0);

        (await ErrorsAsync(ambassador, 40)).ShouldBe(0);
        _instances[0].RequestCount.ShouldBe(5);
    }

    /// <summary>In panic all are asked, but nobody says that all is well.</summary>
    [Fact]
    public async Task AllAreUnhealthy_panicAsksThemAndNobodyIsCalledUsable()
    {
        foreach (var instance in _instances)
        {
            instance.AnswerWith(request => request.Target == "/health" ? Reply.Status(503) : Reply.Ok(instance.Name));
        }

        await using var ambassador = await StartAsync(4, """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "00:00:00.100" } } """);
        await Eventually.SeesAsync(_ => StatusAsync(ambassador), cluster => cluster.GetProperty("panic").GetBoolean() && cluster.GetProperty("usable").GetInt32() == 0);

        (await ErrorsAsync(ambassador, 8)).ShouldBe(0);
        await ambassador.ReadyzShouldSayAsync("no usable destination in api");
    }

    [Fact]
    public async Task SlowBesideTheOthers_isEjected()
    {
        await using var slow = await KestrelDestination.StartAsync(HttpProtocols.Http1, async context =>
        {
            await Task.Delay(130, context.RequestAborted);
            await context.Response.WriteAsync("slow");
        });
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            $$"""{{RoundRobin}}, "Outlier": { "BaseEjection": "01:00:00", "Interval": "00:00:00.100", "SlowFactor": 3 }, "CircuitBreaker": { "MinimumThroughput": 5 } """,
            ("one", slow.Address), ("two", _instances[1].Address), ("three", _instances[2].Address)));

        await Eventually.SeesAsync(async _ => (await ambassador.CountAnswersAsync(6, atOnce: 6), await OutlierAsync(ambassador, "one")), seen => seen.Item2.IsEjected);
        (await EventsAsync(ambassador)).ShouldContain("answers were slow, and of others' far fewer");
    }

    [Fact]
    public async Task Reload_anEjectionStays_andPassthroughAsksAll()
    {
        using var setup = Setup(2, Long);
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        Break(0);
        await ErrorsAsync(ambassador, 12);

        var file = Path.Combine(setup.ConfigDirectory, "routes.json");
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file, text.Replace("\"SlowStart\"", "\"ConnectTimeout\": \"00:00:03\", \"SlowStart\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Eventually.SeesAsync(_ => RevisionAsync(ambassador), revision => revision == 2);
        (await ErrorsAsync(ambassador, 20)).ShouldBe(0);

        await File.WriteAllTextAsync(file, text.Replace("{\n  \"ReverseProxy\"", "{ \"Ambassador\": { \"Passthrough\": true },\n  \"ReverseProxy\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await Eventually.SeesAsync(_ => RevisionAsync(ambassador), revision => revision == 3);
        (await ErrorsAsync(ambassador, 20)).ShouldBe(10);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }
    }

    private static async Task<int> ErrorsAsync(RunningAmbassador ambassador, int requests)
    {
        var errors = 0;
        for (var i = 0; i < requests; i++)
        {
            using var response = await ambassador.SendAsync("GET", "/");
            errors += response.Status() >= 500 ? 1 : 0;
        }

        return errors;
    }

    private static async Task<JsonElement> StatusAsync(RunningAmbassador ambassador)
    {
        using var status = JsonDocument.Parse(await ambassador.Admin.GetStringAsync("/api/status", TestContext.Current.CancellationToken));
        return status.RootElement.GetProperty("clusters")[0].Clone();
    }

    private static async Task<(bool IsEjected, int Times)> OutlierAsync(RunningAmbassador ambassador, string destination)
    {
        var outlier = (await StatusAsync(ambassador)).GetProperty("destinations").EnumerateArray().Single(item => item.GetProperty("id").GetString() == destination).GetProperty("outlier");
        return (outlier.GetProperty("isEjected").GetBoolean(), outlier.GetProperty("times").GetInt32());
    }

    private static async Task<long> RevisionAsync(RunningAmbassador ambassador)
    {
        using var status = JsonDocument.Parse(await ambassador.Admin.GetStringAsync("/api/status", TestContext.Current.CancellationToken));
        return status.RootElement.GetProperty("revision").GetInt64();
    }

    private static Task<string> EventsAsync(RunningAmbassador ambassador) => ambassador.Admin.GetStringAsync("/api/events", TestContext.Current.CancellationToken);

    private AmbassadorSetup Setup(int instances, string settings) =>
        new AmbassadorSetup().WithCluster($"{RoundRobin}, {settings}", [.. _instances.Take(instances).Select(instance => (instance.Name, instance.Address))]);

    private Task<RunningAmbassador> StartAsync(int instances, string settings) => RunningAmbassador.StartAsync(Setup(instances, settings));

    private void Break(params ReadOnlySpan<int> instances)
    {
        foreach (var i in instances)
        {
            _instances[i].AnswerWith(Reply.Status(500));
        }
    }

    private void Heal(int instance) => _instances[instance].AnswerWith(Reply.Ok(_instances[instance].Name));
}
