using System.Reflection;
using System.Text.Json;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>
/// Every reason there is, produced over real sockets and found in the response, in the access log and in the metric alike. A reason without a case
/// fails; so does one that only two of the three know.
/// </summary>
public sealed class EveryReasonTests : IAsyncDisposable
{
    private const string Get = "GET /api HTTP/1.1\r\nHost: api\r\n\r\n", Chunked = "PUT /api HTTP/1.1\r\nHost: api\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>How far it had come, and how it is done. What is written of a cluster goes into the only one there is.</summary>
    private static readonly Dictionary<string, (string? Phase, Func<EveryReasonTests, Task<string>> Produce)> Cases = new()
    {
        ["no_route"] = (null, test => test.SendAsync("", test._one.Address, "GET /nowhere HTTP/1.1\r\nHost: api\r\n\r\n")),
        ["no_healthy_upstream"] = ("queue", test => test.AfterAsync(ambassador => ambassador.SayAsync("api/one", "drain"))),
        ["circuit_open"] = ("queue", test => test.TwiceAsync(""" "CircuitBreaker": { "ConsecutiveFailures": 1 } """)),
        ["overflow"] = ("queue", test => test.BesideAnotherAsync(""" "Limits": { "MaxConcurrentRequests": 1 } """)),
        ["connection_refused"] = ("connect", async test =>
        {
            await test._one.StopListeningAsync();
            return await test.SendAsync("", test._one.Address, Get);
        }),
        ["connect_timeout"] = ("connect", async test =>
        {
            using var hole = await BlackHole.OpenAsync();
            return await test.SendAsync(""" "ConnectTimeout": "00:00:00.300" """, hole.Address, Get);
        }),
        ["name_unknown"] = ("connect", test => test.SendAsync("", new Uri($"http://{new string('a', 64)}.invalid/"), Get)), // Too long a label: nobody is asked.
        ["tls_failed"] = ("connect", async test =>
        {
            using var certificate = TestCertificate.Create();
            await using var untrusted = await KestrelDestination.StartAsync(HttpProtocols.Http1AndHttp2, _ => Task.CompletedTask, certificate);
            return await test.SendAsync("", untrusted.Address, Get);
        }),
        ["connect_failed"] = ("connect", test => test.SendAsync("", new Uri("http://224.0.0.1:9/"), Get)), // TCP has no multicast.
        ["upstream_reset"] = ("headers", test => test.AnsweredAsync(Reply.Reset())),
        ["upstream_protocol_error"] = ("headers", test => test.AnsweredAsync(Reply.Garbage())),
        ["response_headers_too_large"] = ("headers", test => test.AnsweredAsync(Reply.OversizeHeaders(100_000))),
        ["upstream_timeout"] = ("headers", test => test.AnsweredAsync(Reply.Hang(), ("ReverseProxy__Routes__r__Retry__PerAttemptTimeout", "00:00:00.300"))),
        ["bad_request"] = ("send", test => test.SendAsync("", test._one.Address, Chunked + "this is no chunk\r\n")),
        ["request_timeout"] = ("send", test => test.SendAsync(
            "", test._one.Address, Chunked + "5\r\nh",
            ("Kestrel__Limits__MinRequestBodyDataRate__BytesPerSecond", "1000"), ("Kestrel__Limits__MinRequestBodyDataRate__GracePeriod", "00:00:01.100"))),
        ["body_too_large"] = ("send", test => test.SendAsync("", test._one.Address, Chunked + "64\r\n" + new string('x', 100) + "\r\n0\r\n\r\n")),
    };

    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly AccessLines _log = new();
    private RunningAmbassador? _ambassador;

    public static TheoryData<string> Names => [.. Reasons.Select(reason => reason.Name)];

    private static IEnumerable<Reason> Reasons => typeof(Reason).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => (Reason)property.GetValue(obj: null)!);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reason_isFoundInResponseLogAndMetric(string name)
    {
        Cases.ShouldContainKey(name, "a reason that nothing produces: add a case, or take it out");
        var (phase, produce) = Cases[name];
        var reason = Reasons.Single(reason => reason.Name == name);

        var response = await produce(this);

        response.ShouldStartWith($"HTTP/1.1 {reason.Status} ");
        response.ShouldContain($"Proxy-Status: ambassador; error={reason.ProxyStatus}; details=\"{name}\"");
        response.ShouldContain(phase is null ? "" : $"phase={phase}\r\n");
        var body = JsonDocument.Parse(response[(response.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement;
        body.GetProperty("reason").GetString().ShouldBe(name);
        var line = await _log.WaitForObjectAsync($"\"reason\":\"{name}\"");
        line["status"].ShouldBe($"{reason.Status}");
        line.GetValueOrDefault("phase").ShouldBe(phase);
        (await CountedAsync()).ShouldContain(name);
    }

    /// <summary>The response has begun, so it can tell nothing more: its end tells that it is cut.</summary>
    [Theory]
    [InlineData("body")]
    [InlineData("tunnel")]
    public async Task Reason_afterTheHeaders_isFoundInLogAndMetric(string where)
    {
        _one.AnswerWith(where == "body" ? Reply.Ok(new string('x', 1_000)).ResetInBody(afterBytes: 500) : Reply.Upgrade("echo"));
        await StartAsync("", _one.Address);
        using var client = await RawClient.ConnectAsync(_ambassador!.Address.Port);
        await client.SendAsync(where == "body" ? Get : "GET /api HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        if (where == "tunnel")
        {
            await client.ReadUntilAsync("\r\n\r\n");
            await _one.DropConnectionsAsync();
        }

        var line = await _log.WaitForObjectAsync("\"reason\"");

        (line["reason"], line["phase"], line["status"]).ShouldBe(("upstream_reset", "body", where == "body" ? "200" : "101"));
        (await CountedAsync()).ShouldBe(["upstream_reset"]);
    }

    public async ValueTask DisposeAsync()
    {
        await (_ambassador?.DisposeAsync() ?? ValueTask.CompletedTask);
        _one.TakeFaults(); // Requests that break off.
        await _one.DisposeAsync();
    }

    /// <summary>The reasons that <c>/metrics</c> has counted.</summary>
    private async Task<string[]> CountedAsync()
    {
        var scrape = await Scrape.OfAsync(_ambassador!);
        return [.. scrape.LabelValues("reason").Where(reason =>
            (scrape["ambassador_failures_total", $"reason={reason}"] ?? scrape["ambassador_failures_total", $"reason={reason}", "cluster=api"]) > 0)];
    }

    /// <summary>Sends bytes to an ambassador before this destination, and reads the answer.</summary>
    private async Task<string> SendAsync(string cluster, Uri destination, string request, params (string Name, string Value)[] settings)
    {
        await StartAsync(cluster, destination, settings);
        return await SendAsync(request);
    }

    private async Task<string> SendAsync(string request)
    {
        using var client = await RawClient.ConnectAsync(_ambassador!.Address.Port);
        await client.SendAsync(request);
        return await client.ReadUntilAsync("}"); // Problem details are one object.
    }

    private Task<string> AnsweredAsync(Reply reply, params (string Name, string Value)[] settings)
    {
        _one.AnswerWith(reply);
        return SendAsync("", _one.Address, Get, settings);
    }

    private async Task<string> AfterAsync(Func<RunningAmbassador, Task> something)
    {
        await StartAsync("", _one.Address);
        await something(_ambassador!);
        return await SendAsync(Get);
    }

    private async Task<string> TwiceAsync(string cluster)
    {
        await _one.StopListeningAsync();
        await SendAsync(cluster, _one.Address, Get);
        return await SendAsync(Get);
    }

    private async Task<string> BesideAnotherAsync(string cluster)
    {
        var gate = new Gate();
        _one.AnswerWith(Reply.Ok("one").Held(by: gate));
        await StartAsync(cluster, _one.Address);
        var other = _ambassador!.GetAsync("/api");
        await _one.WaitForAsync(one => one.RequestCount == 1);
        var answer = await SendAsync(Get);
        gate.Open();
        await other;
        return answer;
    }

    private async Task StartAsync(string cluster, Uri destination, params (string Name, string Value)[] settings)
    {
        var setup = new AmbassadorSetup().With("Ambassador__AccessLog__Format", "Json").WithFile(
            $$"""
            { "ReverseProxy": {
                "Routes": { "r": { "ClusterId": "api", "Match": { "Path": "/api" }, "MaxRequestBodySize": 99, "Retry": { "MaxAttempts": 1 } } },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } }{{(cluster.Length > 0 ? "," : "")}} {{cluster}} } } } }
            """,
            ("one", destination));
        foreach (var (name, value) in settings)
        {
            setup.With(name, value);
        }

        _ambassador = await RunningAmbassador.StartAsync(setup, services => services.AddSingleton<ILineOutput>(_log));
    }
}
