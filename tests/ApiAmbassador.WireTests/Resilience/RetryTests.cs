using System.Net;
using System.Text;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>What is tried again, where, how often, and what is left of the attempts before.</summary>
public sealed class RetryTests : IAsyncDisposable
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Status(503).WithBody("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));
    private readonly ScriptedDestination _three = ScriptedDestination.Start("three", Reply.Ok("three"));

    [Fact]
    public async Task Retries_goToInstancesNotTriedYet()
    {
        _two.AnswerWith(Reply.Status(502).WithBody("two"));
        await using var ambassador = await StartAsync("");

        (await ambassador.GetAsync()).ShouldBe("three");

        (_one.RequestCount, _two.RequestCount, _three.RequestCount).ShouldBe((1, 1, 1));
        _two.Requests[0].Header("Ambassador-Attempt").ShouldBe("2");
        _three.Requests[0].Header("Ambassador-Attempt").ShouldBe("3");
    }

    [Fact]
    public async Task AttemptsSpent_theLastAnswerPassesWithItsBody()
    {
        _two.AnswerWith(Reply.Status(502).WithBody("two says no"));
        await using var ambassador = await StartAsync(""" "MaxAttempts": 2 """);

        using var response = await ambassador.SendAsync("GET", "/");

        ((int)response.StatusCode).ShouldBe(502);
        (await response.TextAsync()).ShouldBe("two says no");
        _three.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task OneInstance_isAskedAgain()
    {
        _one.AnswerInTurn(Reply.Status(503), Reply.Reset(), Reply.Ok("at last"));
        await using var ambassador = await StartAsync("", instances: 1);

        (await ambassador.GetAsync()).ShouldBe("at last");

        _one.RequestCount.ShouldBe(3);
    }

    [Fact]
    public async Task FirstAnswer_leavesNothingBehind()
    {
        _one.AnswerWith(Reply.Status(503).WithHeader("X-Left", "one").WithHeader("Set-Cookie", "left=1").WithBody("one"));
        _two.AnswerWith(Reply.Ok("two").WithHeader("X-Right", "two"));
        await using var ambassador = await StartAsync("");

        using var response = await ambassador.SendAsync("GET", "/");

        ((int)response.StatusCode, response.ReasonPhrase).ShouldBe((200, "OK"));
        response.Headers.Contains("X-Left").ShouldBeFalse();
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
        response.Headers.GetValues("X-Right").ShouldBe(["two"]);
    }

    [Theory]
    [InlineData("GET", "", true)]
    [InlineData("DELETE", "", true)]
    [InlineData("PATCH", "", false)]
    [InlineData("BREW", "", false)]
    [InlineData("PATCH", "Idempotency-Key: 7", true)]
    public async Task Method_decides(string method, string header, bool again)
    {
        await using var ambassador = await StartAsync("");

        using var response = await ambassador.SendAsync(method, "/", header);

        (await response.TextAsync()).ShouldBe(again ? "two" : "one");
        _two.RequestCount.ShouldBe(again ? 1 : 0);
    }

    [Fact]
    public async Task NonIdempotent_isTheOperatorsWord()
    {
        await using var ambassador = await StartAsync(""" "NonIdempotent": true """);
        using var content = new StringContent("an order");

        using var response = await ambassador.Client.PostAsync("/", content, TestContext.Current.CancellationToken);

        (await response.TextAsync()).ShouldBe("two");
        _two.Requests[0].BodyText.ShouldBe("an order");
    }

    [Theory]
    [InlineData(""" "On": [ "retriable-4xx" ] """, 429, true)]
    [InlineData(""" "On": [ "retriable-4xx" ] """, 503, false)]
    [InlineData(""" "On": [ "5xx" ] """, 500, true)]
    [InlineData(""" "On": [ "507" ] """, 507, true)]
    [InlineData(""" "On": [ "507" ] """, 503, false)]
    [InlineData(""" "On": [ ] """, 503, false)]
    [InlineData(""" "MaxAttempts": 1 """, 503, false)]
    public async Task On_saysWhichStatuses(string retry, int status, bool again)
    {
        _one.AnswerWith(Reply.Status(status).WithBody("one"));
        await using var ambassador = await StartAsync(retry);

        using var response = await ambassador.SendAsync("GET", "/");

        (await response.TextAsync()).ShouldBe(again ? "two" : "one");
    }

    [Fact]
    public async Task RequestThatIsSomebodysRetry_isNotMultiplied()
    {
        await using var ambassador = await StartAsync("");

        using var response = await ambassador.SendAsync("GET", "/", "Ambassador-Attempt: 2");

        ((int)response.StatusCode).ShouldBe(503);
        _two.RequestCount.ShouldBe(0);
        _one.Requests[0].Header("Ambassador-Attempt").ShouldBe("2");
    }

    [Fact]
    public async Task RequestThatIsSomebodysRetry_stillLeavesAnInstanceThatIsDown()
    {
        await _one.StopListeningAsync();
        await using var ambassador = await StartAsync("");

        using var response = await ambassador.SendAsync("GET", "/", "Ambassador-Attempt: 2");

        (await response.TextAsync()).ShouldBe("two");
    }

    [Fact]
    public async Task AnotherInstance_isAskedWithoutAPauseAfterAnErrorForAnAnswer()
    {
        _two.AnswerWith(Reply.Status(502));
        await using var ambassador = await StartAsync(""" "TotalTimeout": "00:00:10", "BackoffBase": "00:01:00", "BackoffMax": "00:01:00" """);

        (await ambassador.GetAsync()).ShouldBe("three");
    }

    /// <summary>Of eight pauses that are drawn below a second the longest is above a tenth of one, but for once in a hundred million times.</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public async Task InstanceThatWasAsked_orAReset_hasAPause(bool resets, int instances)
    {
        _one.AnswerWith(request => request.Header("Ambassador-Attempt") is not null ? Reply.Ok("rested") : resets ? Reply.Reset() : Reply.Status(503));
        _two.AnswerWith(Reply.Ok("rested"));
        await using var ambassador = await StartAsync(
            """ "BackoffBase": "00:00:01", "BackoffMax": "00:00:01" """, """ "CircuitBreaker": { "ConsecutiveFailures": 1000 }, "Outlier": { "MaxEjectedHosts": 0 }, """, instances);
        var started = TimeProvider.System.GetTimestamp();

        (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ambassador.GetAsync()))).ShouldAllBe(text => text == "rested");

        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.1));
    }

    [Fact]
    public async Task RetryAfter_ofTheOnlyInstance_isWaitedFor()
    {
        _one.AnswerInTurn(Reply.Status(503, retryAfter: 1), Reply.Ok("rested"));
        await using var ambassador = await StartAsync("", instances: 1);
        var started = TimeProvider.System.GetTimestamp();

        (await ambassador.GetAsync()).ShouldBe("rested");

        TimeProvider.System.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task RetryAfter_longerThanAnybodyWaits_isToldToTheCallerAtOnce()
    {
        _one.AnswerWith(Reply.Status(503, retryAfter: 60));
        await using var ambassador = await StartAsync("", instances: 1);

        using var response = await ambassador.SendAsync("GET", "/");

        ((int)response.StatusCode).ShouldBe(503);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(60));
        _one.RequestCount.ShouldBe(1);
    }

    [Fact]
    public async Task TotalTimeout_endsAttemptsAndPauses()
    {
        _one.AnswerWith(Reply.Hang());
        _two.AnswerWith(Reply.Hang());
        await using var ambassador = await StartAsync(""" "PerAttemptTimeout": "00:00:00.200", "TotalTimeout": "00:00:00.300" """);

        using var response = await ambassador.SendAsync("GET", "/");

        ((int)response.StatusCode).ShouldBe(504);
        response.Header("Proxy-Status")!.ShouldContain("upstream_timeout");
        _three.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task PerAttemptTimeout_endsWithTheHeaders()
    {
        var gate = new Gate();
        _one.AnswerWith(request => request.Target == "/hang" ? Reply.Hang() : Reply.Ok().WithChunks("slow ", "report").Dripped(by: gate));
        await using var ambassador = await StartAsync(""" "PerAttemptTimeout": "00:00:00.300" """, instances: 1);
        using var response = await ambassador.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        // A request that hangs is as good as a clock: when it is given up, the first one's time is over as well.
        using var clock = await ambassador.SendAsync("PATCH", "/hang");
        clock.Status().ShouldBe(504);
        gate.Open();

        (await response.TextAsync()).ShouldBe("slow report");
    }

    [Fact]
    public async Task GrpcTimeout_endsTheCall()
    {
        _one.AnswerWith(Reply.Hang());
        await using var ambassador = await StartAsync("");
        using var content = new ByteArrayContent(new byte[5]) { Headers = { { "Content-Type", "application/grpc" } } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/shop.Orders/Get") { Content = content, Headers = { { "grpc-timeout", "150m" } } };

        using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.Header("grpc-status").ShouldBe("4");
        _two.RequestCount.ShouldBe(0);
    }

    [Fact]
    public async Task BodyOfTheSecondAttempt_isTheWholeBodyEvenIfTheFirstReadHalf()
    {
        var bytes = new byte[60_000];
        new Random(4).NextBytes(bytes);
        _one.AnswerWith(Reply.Status(503).WithoutReadingBody());
        await using var ambassador = await StartAsync("");
        using var content = new ByteArrayContent(bytes);

        using var response = await ambassador.Client.PutAsync("/", content, TestContext.Current.CancellationToken);

        (await response.TextAsync()).ShouldBe("two");
        _two.Requests[0].Body.ToArray().ShouldBe(bytes);
    }

    /// <summary>Over HTTP/2 alone: over HTTP/1.1 an answer is looked at when the body is out.</summary>
    [Fact]
    public async Task BodyThatIsStillComing_goesOnToTheSecondInstance()
    {
        var rest = new TaskCompletionSource();
        await using var refusing = ScriptedHttp2Destination.Start(Http2Reply.Reset(Http2Error.RefusedStream).WithoutReadingBody());
        await using var kind = await KestrelDestination.StartAsync(HttpProtocols.Http2, async context =>
        {
            rest.TrySetResult();
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync(await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
        });
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "LoadBalancingPolicy": "FirstAlphabetical", "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } """,
            ("a", refusing.Address), ("b", kind.Address)));
        using var content = new TwoHalves("first half, ", rest.Task.WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken), "second half");

        using var response = await ambassador.Client.PutAsync("/", content, TestContext.Current.CancellationToken);

        (await response.TextAsync()).ShouldBe("first half, second half");
    }

    [Fact]
    public async Task KeepAliveRace_isNoAttempt()
    {
        _one.AnswerWith(request => request.NumberOnConnection > 1 ? Reply.Close() : Reply.Ok("one"));
        await using var ambassador = await StartAsync(""" "MaxAttempts": 1 """, instances: 1);

        for (var i = 0; i < 4; i++)
        {
            (await ambassador.GetAsync()).ShouldBe("one");
        }
    }

    [Fact]
    public async Task Budget_spent_passesFailuresOn()
    {
        await using var ambassador = await StartAsync("", """ "RetryBudget": { "Ratio": 0, "MinPerSecond": 0.3, "Window": "00:00:10" }, "CircuitBreaker": { "ConsecutiveFailures": 0, "FailureRatio": 0 }, "Outlier": { "MaxEjectedHosts": 0 }, """);

        var statuses = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            using var response = await ambassador.SendAsync("GET", "/");
            statuses.Add((int)response.StatusCode);
        }

        statuses.ShouldBe([200, 200, 200, 503, 503, 503]);
    }

    [Fact]
    public async Task Passthrough_triesNothingAgain()
    {
        await using var ambassador = await StartAsync("", passthrough: true);

        using var response = await ambassador.SendAsync("GET", "/");

        ((int)response.StatusCode).ShouldBe(503);
        _two.RequestCount.ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _three.DisposeAsync();
    }

    private Task<RunningAmbassador> StartAsync(string retry, string cluster = "", int instances = 3, bool passthrough = false)
    {
        var list = string.Join(", ", new[] { ("a", _one), ("b", _two), ("c", _three) }.Take(instances)
            .Select(instance => $$""" "{{instance.Item1}}": { "Address": "{{instance.Item2.Address}}" } """));
        return RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile($$"""
            {
              "Ambassador": { "Passthrough": {{(passthrough ? "true" : "false")}} },
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Retry": { {{retry}} } } },
                "Clusters": { "api": { "LoadBalancingPolicy": "FirstAlphabetical", {{cluster}} "Destinations": { {{list}} } } }
              }
            }
            """));
    }

    /// <summary>A body whose second half waits for something.</summary>
    private sealed class TwoHalves(string first, Task between, string second) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(first));
            await stream.FlushAsync();
            await between;
            await stream.WriteAsync(Encoding.ASCII.GetBytes(second));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = first.Length + second.Length;
            return true;
        }
    }
}
