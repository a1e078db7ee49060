using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using Spectre.Console;
using Yarp.ReverseProxy.Health;

namespace ApiAmbassador.Demo;

/// <summary>The demo as a whole: three sample instances, the ambassador before them as <c>run</c> would start it, a client and a story.</summary>
internal sealed class DemoRun(IAnsiConsole console, bool isLive, TimeProvider time)
{
    /// <summary>The clusters' ids: the version in use and the one to come.</summary>
    public const string Stable = "api-v1", Canary = "api-v2";

    private const int NewsShown = 6, FirstCanaryPercent = 10;

    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200), LineEvery = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(10);

    private readonly List<DemoNews> _news = [];
    private readonly Lock _newsLock = new();

    /// <summary>Runs until it is stopped or its time is over.</summary>
    /// <param name="port">The ambassador's port; 0 for a free one.</param>
    /// <param name="length">How long it runs, from its first picture on; null for as long as nobody stops it.</param>
    /// <param name="beat">The time between two things that happen.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>The errors, if the ambassador could not start; else whether the client saw no failure.</returns>
    public async Task<(IReadOnlyList<ConfigError> Errors, bool IsGood)> RunAsync(int port, TimeSpan? length, TimeSpan beat, CancellationToken stop)
    {
        var random = Random.Shared;
        await using var one = await SampleInstance.StartAsync("stable-1", Stable, random);
        await using var two = await SampleInstance.StartAsync("stable-2", Stable, random);
        await using var three = await SampleInstance.StartAsync("canary-1", Canary, random);
        SampleInstance[] instances = [one, two, three];

        using var file = new DemoRouteFile();
        file.Write(instances, FirstCanaryPercent);
        var sources = Sources(file, port);
        var (host, errors) = await AmbassadorHost.StartAsync(sources);
        if (host is null)
        {
            return (errors, false);
        }

        await using (host)
        {
            var scores = new Scoreboard(time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, host.StopRequested);
            var story = new DemoStory(instances, file, sources, host, text => Tell(scores, text), beat, time);
            DemoPicture Picture() => Take(host, instances, scores);
            await FirstProbesAsync(host);
            if (length is { } limit)
            {
                end.CancelAfter(limit);
            }

            var client = new DemoClient(host.Addresses[0], scores, random, time).RunAsync(end.Token);
            var telling = story.RunAsync(end.Token);
            await (isLive ? ShowLiveAsync(Picture, end.Token) : ShowLinesAsync(Picture, end.Token));
            await Task.WhenAll(client, telling);

            var last = Picture();
            foreach (var line in DemoText.Summary(last))
            {
                console.WriteLine(line);
            }

            using var hurry = new CancellationTokenSource(TimeSpan.Zero);
            await host.StopAsync(hurry.Token);
            return ([], last.Scores.Failed == 0);
        }
    }

    /// <summary>The route file and nothing of the machine's environment; what the demo has to say it says itself.</summary>
    private static ConfigSources Sources(DemoRouteFile file, int port) => new(
        file.ConfigDirectory,
        file.ConfigDirectory,
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Ambassador__Listen__0"] = $"http://127.0.0.1:{port}",
            ["Ambassador__Admin__Listen"] = "http://127.0.0.1:0",
            ["Logging__LogLevel__Default"] = "None",
            ["Ambassador__AccessLog__Requests"] = "Off",
        });

    private async Task FirstProbesAsync(AmbassadorHost host)
    {
        var monitor = host.Services.GetRequiredService<IActiveHealthCheckMonitor>();
        var started = time.GetTimestamp();
        while (!monitor.InitialProbeCompleted && time.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(Frame, time);
        }
    }

    private async Task ShowLiveAsync(Func<DemoPicture> picture, CancellationToken stop) =>
        await console.Live(DemoScreen.Draw(picture())).StartAsync(async live =>
        {
            while (!stop.IsCancellationRequested)
            {
                live.UpdateTarget(DemoScreen.Draw(picture()));
                await Task.Delay(Frame, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });

    private async Task ShowLinesAsync(Func<DemoPicture> picture, CancellationToken stop)
    {
        foreach (var line in DemoText.Opening(picture()))
        {
            console.WriteLine(line);
        }

        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(LineEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            console.WriteLine(DemoText.Line(picture()));
        }
    }

    private void Tell(Scoreboard scores, string text)
    {
        var news = new DemoNews(scores.Read().Elapsed, text);
        lock (_newsLock)
        {
            _news.Add(news);
            if (_news.Count > NewsShown)
            {
                _news.RemoveAt(0);
            }
        }

        if (!isLive)
        {
            console.WriteLine(news.ToString());
        }
    }

    private DemoPicture Take(AmbassadorHost host, IReadOnlyList<SampleInstance> instances, Scoreboard board)
    {
        var scores = board.Read();
        var split = host.Services.GetRequiredService<SnapshotStore>().Current.Routes["api"].Split!;
        lock (_newsLock)
        {
            return new DemoPicture(
                host.Addresses[0],
                host.AdminAddress,
                (int)split.Sides.Single(side => side.ClusterId == Canary).Weight,
                scores,
                [.. instances.Select(instance => new InstancePicture(
                    instance.Name, instance.Version, DemoStory.IsUsable(host, instance), instance.Health, scores.Instances.GetValueOrDefault(instance.Name)))],
                [.. _news]);
        }
    }
}
