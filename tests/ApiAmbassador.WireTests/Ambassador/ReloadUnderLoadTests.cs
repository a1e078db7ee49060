using System.Collections.Concurrent;
using System.Diagnostics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Reloads that nobody notices who is sending requests.</summary>
public sealed class ReloadUnderLoadTests : IAsyncDisposable
{
    /// <summary>By hand: 100.</summary>
    private const int Reloads = 30;

    private const int Seed = 20261122;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly AmbassadorSetup _setup = new AmbassadorSetup().With("Ambassador__DrainTimeout", "00:02:00");
    private readonly Random _random = new(Seed);
    private readonly Gate _download = new();
    private readonly ScriptedDestination[] _all;

    /// <summary>Since when a destination may get nothing new; it is none of ours before its second is over.</summary>
    private readonly ConcurrentDictionary<string, long> _goneSince = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly ConcurrentDictionary<string, int> _received = new();
    private int[] _members = [0, 1, 2];

    public ReloadUnderLoadTests() =>
        _all = [.. Enumerable.Range(0, 5).Select(i => ScriptedDestination.Start(Name(i), request => Answer(Name(i), request)))];

    private string RouteFile => Path.Combine(_setup.ConfigDirectory, "routes.json");

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        foreach (var destination in _all)
        {
            await destination.DisposeAsync();
        }
    }

    [Fact]
    public async Task Reloads_underLoad_noRequestFails_noPostTwice_noneAtARemovedDestination()
    {
        File.WriteAllText(RouteFile, Text(0));
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);
        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();
        var timeline = ambassador.Services.GetRequiredService<Timeline>();

        using var tunnel = await OpenTunnelAsync(ambassador);
        using var patient = PlainClient.Create(ambassador.Address);
        patient.Timeout = Timeout.InfiniteTimeSpan;
        var download = patient.GetStringAsync("/download", TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();
        await using var load = SteadyLoad.Start(ambassador.Address);
        for (var i = 1; i <= Reloads; i++)
        {
            if (i % 10 == 3)
            {
                Save(i, Text(i).Replace("\"ClusterId\": \"api\"", "\"ClusterId\": \"nowhere\"", StringComparison.Ordinal));
                await Eventually.SeesAsync(() => reloader.LastRefused, refused => refused is not null);
            }

            ChangeMembers(i);
            Save(i, Text(i));
            await Eventually.SeesAsync(
                () => timeline.Newest(int.MaxValue).LastOrDefault(entry => entry.Kind == TimelineKind.Reload)?.Text, text => text == $"configuration {i + 1} in force");
            foreach (var gone in Enumerable.Range(0, _all.Length).Except(_members))
            {
                _goneSince.TryAdd(Name(gone), Stopwatch.GetTimestamp());
            }

            await EchoAsync(tunnel, $"still here {i}");
        }

        await load.StopAsync();
        var seconds = watch.Elapsed.TotalSeconds;
        _download.Open();

        (await download).ShouldBe("begin end");
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}: {Reloads} reloads, {load.Requests} requests ({load.Requests / seconds:0} a second), {load.Posts} of them POSTs");
        _wrong.ShouldBeEmpty();
        load.Failures.ShouldBeEmpty();
        load.Posts.ShouldBeGreaterThan(100);
        _received.Count.ShouldBe(load.Posts);
        _received.Values.ShouldAllBe(times => times == 1);
    }

    private static string Name(int destination) => $"d{destination}";

    private Reply Answer(string name, ReceivedRequest request)
    {
        if (_goneSince.TryGetValue(name, out var since) && Stopwatch.GetElapsedTime(since) > Second)
        {
            _wrong.Enqueue($"{request.Method} {request.Target} came to {name} {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s after it had left");
        }

        if (request.Method == "POST")
        {
            _received.AddOrUpdate(request.Target, 1, (_, times) => times + 1);
        }

        return request.Target switch
        {
            "/tunnel" => Reply.Upgrade("echo"),
            "/download" => Reply.Status(200).WithChunks("begin ", "end").Dripped(by: _download),
            _ => Reply.Ok(name),
        };
    }

    /// <summary>Now and then others; those that come may get requests before we hear that they are in force.</summary>
    private void ChangeMembers(int reload)
    {
        if (reload % 6 == 1)
        {
            var members = Enumerable.Range(0, _all.Length).OrderBy(_ => _random.Next()).Take(_random.Next(2, 4)).ToArray();
            Array.ForEach(members, member => _goneSince.TryRemove(Name(member), out _));
            Volatile.Write(ref _members, members);
        }
    }

    private void Save(int reload, string text)
    {
        if (reload % 2 == 0)
        {
            File.WriteAllText(RouteFile, text);
        }
        else
        {
            File.WriteAllText(RouteFile + ".next", text);
            File.Move(RouteFile + ".next", RouteFile, overwrite: true);
        }
    }

    /// <summary>Destinations under changing names, so that they move; other weights, other routes, other settings of retries and the client.</summary>
    private string Text(int reload)
    {
        var members = _members;
        var destinations = members.Select((member, at) =>
            $$""" "n{{(at + reload) % members.Length}}": { "Address": "{{_all[member].Address}}", "Weight": {{_random.Next(1, 5)}} } """);
        return $$"""
            { "ReverseProxy": {
                "Routes": {
                  "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Order": {{reload}}, "Retry": { "MaxAttempts": {{1 + (reload % 3)}} } },
                  "r{{reload % 4}}": { "ClusterId": "api", "Match": { "Path": "/r{{reload}}" } } },
                "Clusters": { "api": { "Destinations": { {{string.Join(", ", destinations)}} },
                                       "HttpClient": { "MaxConnectionsPerServer": {{1000 + (reload / 5)}} } } } } }
            """;
    }

    private static async Task<RawClient> OpenTunnelAsync(RunningAmbassador ambassador)
    {
        var tunnel = await RawClient.ConnectAsync(ambassador.Address.Port);
        await tunnel.SendAsync("GET /tunnel HTTP/1.1\r\nHost: api\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
        await tunnel.ReadUntilAsync("\r\n\r\n");
        return tunnel;
    }

    private static async Task EchoAsync(RawClient tunnel, string text)
    {
        await tunnel.SendAsync(text);
        await tunnel.ReadUntilAsync(text);
    }
}
