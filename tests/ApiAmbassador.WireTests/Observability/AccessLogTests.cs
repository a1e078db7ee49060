using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>What a request leaves in the access log.</summary>
public sealed class AccessLogTests : IAsyncDisposable
{
    private readonly AccessLines _log = new();
    private readonly ShiftedClock _clock = new();
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("hello"));

    [Fact]
    public async Task GoodRequest_amongAll_isToldInFull()
    {
        await using var ambassador = await StartAsync("All");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders%2F7?token=secret") { Content = new StringContent("five!") };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        (await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();

        var line = await _log.WaitForObjectAsync("POST");
        line.Where(field => field.Key is not ("time" or "total_ms" or "upstream_ms")).Select(field => $"{field.Key}={field.Value}").ShouldBe(
        [
            "log=access", "client=127.0.0.1", "method=POST", "path=/orders%2F7?…", "protocol=HTTP/1.1", $"host={ambassador.Address.Authority}", "status=200",
            "bytes_in=5", "bytes_out=5", "route=api", "cluster=api", "destination=one", "attempts=1", "trace=0af7651916cd43dd8448eb211c80319c",
        ]);
        var (total, upstream) = (double.Parse(line["total_ms"]), double.Parse(line["upstream_ms"]));
        upstream.ShouldBeInRange(0, total);
        DateTimeOffset.Parse(line["time"]).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("PUT")] // Kept for a retry, and read by the pipe.
    [InlineData("POST")]
    public async Task Body_ofAnyLength_isCountedBothWays(string method)
    {
        _one.AnswerWith(Reply.Ok().WithChunks(new string('x', 70_000), "end"));
        await using var ambassador = await StartAsync("All");
        using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = new ByteArrayContent(new byte[60_000]), Headers = { TransferEncodingChunked = true } };

        (await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();

        var line = await _log.WaitForObjectAsync(method);
        (line["bytes_in"], line["bytes_out"]).ShouldBe(("60000", "70003"));
    }

    [Fact]
    public async Task Text_withTheQuery_isOneLineOfWords()
    {
        await using var ambassador = await StartAsync("All", ("Format", "Text"), ("Query", "true"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync("GET /a\"b?x=%0A1 HTTP/1.1\r\nHost: shop\r\n\r\n");

        (await _log.WaitForAsync(" access: ")).ShouldMatch(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z access: 127\.0\.0\.1 GET ""/a\\""b\?x=%0A1"" HTTP/1\.1 200 [\d.]+ ms host=shop in=0 out=5 upstream_ms=[\d.]+ " +
            "route=api cluster=api destination=one attempts=1$");
    }

    [Fact]
    public async Task TargetThatIsAWholeUrl_isToldWithoutItsPassword()
    {
        await using var ambassador = await StartAsync("All");
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);

        await client.SendAsync("GET http://user:word@shop/a?b HTTP/1.1\r\nHost: shop\r\n\r\n");

        (await _log.WaitForObjectAsync("GET"))["path"].ShouldBe("/a?…");
    }

    [Fact]
    public async Task LongPath_isCut()
    {
        await using var ambassador = await StartAsync("All");

        await ambassador.GetAsync("/" + new string('x', 5_000));

        (await _log.WaitForObjectAsync("GET"))["path"].Length.ShouldBe(1025);
    }

    /// <summary>Requests that end in order on one connection: the line of the last comes after those of all before it.</summary>
    [Fact]
    public async Task Problems_byDefault_areFailuresRetriesAndOurRefusalsAndNothingElse()
    {
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        await using var ambassador = await StartAsync(requests: null, two.Address, ("AllowedHosts", "127.0.0.1;shop"));
        _one.AnswerWith(request => request.Target switch
        {
            "/missing" => Reply.Status(404),
            "/broken" => Reply.Status(500),
            "/reset" when request.Method == "GET" => Reply.Reset(),
            "/reset" => Reply.Reset(),
            _ => Reply.Ok("hello"),
        });

        await ambassador.GetAsync("/good");
        (await ambassador.SendAsync("GET", "/missing")).Dispose();
        (await ambassador.SendAsync("GET", "/broken")).Dispose();
        (await ambassador.SendAsync("GET", "/reset")).Dispose();
        (await ambassador.SendAsync("POST", "/reset")).Dispose();
        (await ambassador.SendAsync("GET", "/host", "Host: other")).Dispose();
        (await ambassador.SendAsync("DELETE", "/last/none")).Dispose();

        await _log.WaitForAsync("/last/none");
        string[] told = ["attempts=", "retried=", "reason="];
        _log.Lines.Select(line => line[(line.IndexOf("access: ", StringComparison.Ordinal) + 8)..].Split(' ')).Select(words => string.Join(
            ' ', (string[])[words[1], words[2], words[4], .. words.Where(word => told.Any(name => word.StartsWith(name, StringComparison.Ordinal)))])).ShouldBe(
        [
            "GET /broken 500 attempts=1",
            "GET /reset 200 attempts=2 retried=one:upstream_reset",
            "POST /reset 502 attempts=1 reason=upstream_reset",
            "GET /host 400 attempts=0",
            "DELETE /last/none 404 attempts=0 reason=no_route",
        ]);
    }

    [Fact]
    public async Task SlowHeaders_areAProblem_andSayWhatTook()
    {
        var gate = new Gate();
        _one.AnswerWith(Reply.Ok().Held(by: gate));
        await using var ambassador = await StartAsync("Problems", ("SlowerThan", "00:00:30"));
        var answer = ambassador.GetAsync("/slow");
        await _one.WaitForAsync(one => one.RequestCount == 1);
        _clock.Pass(TimeSpan.FromSeconds(31));
        gate.Open();
        await answer;

        var line = await _log.WaitForObjectAsync("/slow");
        double.Parse(line["total_ms"]).ShouldBeGreaterThan(31_000);
        double.Parse(line["upstream_ms"]).ShouldBeGreaterThan(31_000);
        line.Keys.ShouldNotContain("reason");
    }

    [Fact]
    public async Task StreamThatLivesLong_isNotSlow()
    {
        var gate = new Gate();
        _one.AnswerWith(request => request.Target == "/events" ? Reply.Ok().WithChunks("data: 1\n\n").Dripped(by: gate) : Reply.Status(500));
        await using var ambassador = await StartAsync("Problems");
        using (var events = await ambassador.Client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            _clock.Pass(TimeSpan.FromHours(1));
            gate.Open();
            await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        (await ambassador.SendAsync("GET", "/broken")).Dispose();

        await _log.WaitForAsync("/broken");
        _log.Lines.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task WebSocket_getsItsLineAtItsEnd_withItsBytes()
    {
        _one.AnswerWith(Reply.Upgrade("echo"));
        await using var ambassador = await StartAsync("All");
        using (var client = await RawClient.ConnectAsync(ambassador.Address.Port))
        {
            await client.SendAsync("GET /socket HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\n");
            await client.SendAsync("ping!");
            await client.ReadUntilAsync("ping!");
            _clock.Pass(TimeSpan.FromHours(1));
            _log.Lines.ShouldBeEmpty();
        }

        var line = await _log.WaitForObjectAsync("/socket");
        (line["status"], line["bytes_in"], line["bytes_out"]).ShouldBe(("101", "5", "5"));
        double.Parse(line["total_ms"]).ShouldBeGreaterThan(3_600_000);
        line.Keys.ShouldNotContain("reason");
    }

    [Fact]
    public async Task CallerWhoLeaves_isNoProblem_andAmongAllIsToldAsSuch()
    {
        _one.AnswerWith(Reply.Hang());
        await using var ambassador = await StartAsync("All");
        using (var client = await RawClient.ConnectAsync(ambassador.Address.Port))
        {
            await client.SendAsync("GET /hang HTTP/1.1\r\nHost: shop\r\n\r\n");
            await _one.WaitForAsync(one => one.RequestCount == 1);
        }

        var line = await _log.WaitForObjectAsync("/hang");
        (line["status"], line["reason"], line["bytes_out"]).ShouldBe(("499", "client_left", "0"));
    }

    [Fact]
    public async Task Reload_takesEffectWithTheNextRequest()
    {
        using var setup = Setup("All", []);
        await using var ambassador = await StartAsync(setup);
        await ambassador.GetAsync("/first");
        await _log.WaitForAsync("/first");

        setup.With("Ambassador__AccessLog__Requests", "Off");
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources))).ShouldBeEmpty();
        await ambassador.GetAsync("/second");
        setup.With("Ambassador__AccessLog__Requests", "All").With("Ambassador__AccessLog__Format", "Text");
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources))).ShouldBeEmpty();
        await ambassador.GetAsync("/third");

        (await _log.WaitForAsync("/third")).ShouldContain(" access: ");
        _log.Lines.Count.ShouldBe(2);
    }

    public ValueTask DisposeAsync() => _one.DisposeAsync();

    private Task<RunningAmbassador> StartAsync(string? requests, params (string Name, string Value)[] settings) => StartAsync(Setup(requests, settings));

    /// <summary>Two instances, asked in order, behind routes for one segment; lines are words.</summary>
    private Task<RunningAmbassador> StartAsync(string? requests, Uri two, (string Name, string Value) setting)
    {
        var setup = Setup(requests, [("Format", "Text")]).WithFile(
            """
            { "ReverseProxy": { "Routes": { "r": { "ClusterId": "api", "Match": { "Path": "/{one}" } } },
                                "Clusters": { "api": { "LoadBalancingPolicy": "FirstAlphabetical", "Destinations": { "one": { "Address": "{one}" }, "two": { "Address": "{two}" } } } } } }
            """.Replace("\"/{one}\"", "\"/{segment}\"", StringComparison.Ordinal),
            ("one", _one.Address), ("two", two));
        return StartAsync(setup.With(setting.Name, setting.Value));
    }

    private Task<RunningAmbassador> StartAsync(AmbassadorSetup setup) => RunningAmbassador.StartAsync(
        setup, services => services.AddSingleton<ILineOutput>(_log).AddSingleton<TimeProvider>(_clock));

    private AmbassadorSetup Setup(string? requests, (string Name, string Value)[] settings)
    {
        var setup = new AmbassadorSetup().WithCluster(""" "Metadata": {} """, ("one", _one.Address)).With("Ambassador__AccessLog__Format", "Json");
        if (requests is not null)
        {
            setup.With("Ambassador__AccessLog__Requests", requests);
        }

        foreach (var (name, value) in settings)
        {
            setup.With($"Ambassador__AccessLog__{name}", value);
        }

        return setup;
    }

    /// <summary>The real clock, whose timestamps the test can put forward; timers go by the real one.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        private long _passed;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _passed);

        public void Pass(TimeSpan time) => Interlocked.Add(ref _passed, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
