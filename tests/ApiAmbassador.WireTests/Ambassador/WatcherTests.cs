using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>Every way in which a file comes to be another one, and what it does to an ambassador that is running.</summary>
public sealed class WatcherTests : IAsyncDisposable
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));
    private readonly AmbassadorSetup _setup = new();
    private Timeline? _timeline;

    private string RouteFile => Path.Combine(_setup.ConfigDirectory, "routes.json");

    public async ValueTask DisposeAsync()
    {
        _setup.Dispose();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Theory]
    [InlineData("in place")]
    [InlineData("rename")]
    [InlineData("vim")]
    [InlineData("sed -i")]
    [InlineData("directory")]
    [InlineData("times kept")]
    public async Task File_saved_inAnyWay_isInForceSoon(string way)
    {
        await using var ambassador = await StartAsync(_one);

        await SaveAsync(way);

        await AnswersAsync(ambassador, "two");
        Applied().ShouldHaveSingleItem().Details.ShouldHaveSingleItem().ShouldStartWith("cluster api: address of it ");
    }

    [Fact]
    public async Task ConfigMap_itsSymlinkIsSwapped_isInForceSoon()
    {
        var (first, second) = (Mounted("..first", _one), Mounted("..second", _two));
        var data = Path.Combine(_setup.ConfigDirectory, "..data");
        Directory.CreateSymbolicLink(data, first);
        File.CreateSymbolicLink(RouteFile, Path.Combine("..data", "routes.json"));
        await using var ambassador = await RunAsync();
        (await ambassador.GetAsync()).ShouldBe("one");

        // As the kubelet does it.
        Directory.CreateSymbolicLink(data + "_tmp", second);
        await RunAsync("mv", "-T", data + "_tmp", data);
        Directory.Delete(first, recursive: true);

        await AnswersAsync(ambassador, "two");
        Applied().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Link_itsTargetElsewhereIsWritten_isFoundWithoutAnEvent()
    {
        using var elsewhere = new AmbassadorSetup();
        Write(elsewhere, _one);
        File.CreateSymbolicLink(RouteFile, Path.Combine(elsewhere.ConfigDirectory, "routes.json"));
        await using var ambassador = await RunAsync();

        Write(elsewhere, _two);

        await AnswersAsync(ambassador, "two");
    }

    [Fact]
    public async Task File_writtenInTwoHalves_isOneChangeAndNoRefusal()
    {
        await using var ambassador = await StartAsync(_one);
        var whole = Text(_two);

        await using (var file = new FileStream(RouteFile, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        await using (var writer = new StreamWriter(file))
        {
            await writer.WriteAsync(whole[..(whole.Length / 2)]);
            await writer.FlushAsync(TestContext.Current.CancellationToken);
            await Task.Delay(400, TestContext.Current.CancellationToken); // The pause is what is tested.
            await writer.WriteAsync(whole[(whole.Length / 2)..]);
        }

        await AnswersAsync(ambassador, "two");
        Applied().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Invalid_change_changesNothing_isToldOnce_andMendingItApplies()
    {
        await using var ambassador = await StartAsync(_one);
        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();

        _setup.WithFile(Text(_two).Replace("\"Address\"", "\"Adress\"", StringComparison.Ordinal));
        await Eventually.SeesAsync(Seen, changes => changes.Length == 1);

        reloader.LastRefused.ShouldNotBeNull();
        (await ambassador.GetAsync()).ShouldBe("one");
        Seen().ShouldHaveSingleItem().Details.ShouldContain(error => error.Contains("did you mean 'Address'?", StringComparison.Ordinal));
        var (status, body) = await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken);
        status.ShouldBe(200);
        body.ShouldContain("a change was refused at ");

        Write(_setup, _two);
        await AnswersAsync(ambassador, "two");

        reloader.LastRefused.ShouldBeNull();
        Seen().Select(change => change.Kind).ShouldBe([TimelineKind.Refused, TimelineKind.Reload]);
        (await ambassador.ProbeAsync("/readyz", TestContext.Current.CancellationToken)).Body.ShouldNotContain("refused");
    }

    [Fact]
    public async Task Refused_forWhatLiesElsewhere_isTriedAgainWithoutAnotherChange()
    {
        using var elsewhere = new AmbassadorSetup();
        var token = Path.Combine(elsewhere.ConfigDirectory, "token");
        await using var ambassador = await StartAsync(_one);
        _setup.WithFile(Text(_two)[..^1] + $$""", "Ambassador": { "Admin": { "TokenFile": "{{token}}" } } }""");
        await Eventually.SeesAsync(Seen, changes => changes.Length == 1);

        await File.WriteAllTextAsync(token, "correct-horse-battery-staple", TestContext.Current.CancellationToken);

        await AnswersAsync(ambassador, "two");
        Seen().Select(change => change.Kind).ShouldBe([TimelineKind.Refused, TimelineKind.Reload]);
    }

    [Fact]
    public async Task Directory_thatDisappears_changesNothing_andIsReadWhenItReturns()
    {
        await using var ambassador = await StartAsync(_one);

        Directory.Move(_setup.ConfigDirectory, _setup.ConfigDirectory + "-away");
        await Eventually.SeesAsync(Seen, changes => changes.Length == 1);
        (await ambassador.GetAsync()).ShouldBe("one");
        Seen()[0].Details.ShouldHaveSingleItem().ShouldContain("is not there");

        Directory.Move(_setup.ConfigDirectory + "-away", _setup.ConfigDirectory);
        await Eventually.SeesAsync(() => ambassador.Services.GetRequiredService<ConfigReloader>().LastRefused, refused => refused is null);
        Write(_setup, _two);

        await AnswersAsync(ambassador, "two");
    }

    [Fact]
    public async Task Setting_thatTakesARestart_isNamed_andTheRestIsApplied()
    {
        await using var ambassador = await StartAsync(_one);

        _setup.WithFile(Text(_two)[..^1] + """, "Kestrel": { "Limits": { "MaxConcurrentConnections": 5000 } } }""");

        await AnswersAsync(ambassador, "two");
        Applied().ShouldHaveSingleItem().Details[^1].ShouldBe("Kestrel changes with a restart");
    }

    [Fact]
    public async Task DrainDelay_changedWhileWeRun_isTheOneThatHolds()
    {
        _setup.Variables.Remove("Ambassador__DrainDelay");
        _setup.WithFile(Text(_one)[..^1] + """, "Ambassador": { "DrainDelay": "01:00:00" } }""");
        await using var ambassador = await RunAsync();

        _setup.WithFile(Text(_one)[..^1] + """, "Ambassador": { "DrainDelay": "00:00:00" } }""");
        await Eventually.SeesAsync(Seen, changes => changes.Length == 1);

        await ambassador.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);
    }

    /// <summary>Or requests wait for the collector, which moves all that a large configuration has made at once.</summary>
    [Fact]
    public async Task Large_change_isCollectedInPieces()
    {
        await using var ambassador = await StartAsync(_one);
        using var collections = new InducedCollections();
        var changes = 0;

        // Other tests make garbage in this process, too: where the collector comes for that, nobody calls it. So it may take several changes.
        await Eventually.SeesAsync(
            async _ =>
            {
                changes++;
                var clusters = string.Join(", ", Enumerable.Range(0, 300).Select(i =>
                    $$""" "c{{i}}": { "Destinations": { {{string.Join(", ", Enumerable.Range(0, 10).Select(d => $$""" "d{{d}}": { "Address": "http://10.{{i % 250}}.{{changes}}.{{d}}:80" } """))}} } } """));
                _setup.WithFile(Text(_one).Replace("\"Clusters\": { ", $"\"Clusters\": {{ {clusters}, ", StringComparison.Ordinal));
                await Eventually.SeesAsync(Applied, applied => applied.Length == changes);
                return collections.Count;
            },
            count => count > 0,
            within: TimeSpan.FromSeconds(60));
    }

    private async Task SaveAsync(string way)
    {
        var next = RouteFile + ".next";
        switch (way)
        {
            case "in place":
                Write(_setup, _two);
                break;
            case "rename":
                await File.WriteAllTextAsync(next, Text(_two), TestContext.Current.CancellationToken);
                File.Move(next, RouteFile, overwrite: true);
                break;
            case "vim": // With 'backup': the old file goes away under another name, then the new one is written.
                File.Move(RouteFile, RouteFile + '~');
                await File.WriteAllTextAsync(RouteFile, Text(_two), TestContext.Current.CancellationToken);
                File.Delete(RouteFile + '~');
                break;
            case "sed -i":
                await RunAsync("sed", "-i", $"s|:{_one.Port}/|:{_two.Port}/|", RouteFile);
                break;
            case "directory": // As a checkout does it: the whole directory is another one.
                Directory.CreateDirectory(_setup.ConfigDirectory + "-next");
                await File.WriteAllTextAsync(Path.Combine(_setup.ConfigDirectory + "-next", "routes.json"), Text(_two), TestContext.Current.CancellationToken);
                Directory.Delete(_setup.ConfigDirectory, recursive: true);
                Directory.Move(_setup.ConfigDirectory + "-next", _setup.ConfigDirectory);
                break;
            default:
                var written = File.GetLastWriteTimeUtc(RouteFile);
                Write(_setup, _two);
                File.SetLastWriteTimeUtc(RouteFile, written);
                break;
        }
    }

    private async Task<RunningAmbassador> StartAsync(ScriptedDestination destination)
    {
        Write(_setup, destination);
        return await RunAsync();
    }

    private async Task<RunningAmbassador> RunAsync()
    {
        var ambassador = await RunningAmbassador.StartAsync(_setup);
        _timeline = ambassador.Services.GetRequiredService<Timeline>();
        return ambassador;
    }

    /// <summary>The changes of the configuration that were told, applied and refused.</summary>
    private TimelineEntry[] Seen() =>
        [.. _timeline!.After(0, int.MaxValue).Where(entry => entry.Kind is TimelineKind.Reload or TimelineKind.Refused)];

    /// <summary>The same, of which none may be refused.</summary>
    private TimelineEntry[] Applied()
    {
        Seen().ShouldAllBe(change => change.Kind == TimelineKind.Reload);
        return Seen();
    }

    private string Mounted(string name, ScriptedDestination destination)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_setup.ConfigDirectory, name)).FullName;
        File.WriteAllText(Path.Combine(directory, "routes.json"), Text(destination));
        return directory;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        await using var process = ExternalProcess.Start(program, arguments);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    /// <summary>Waits for the destination that answers, and for the word about it, which comes after.</summary>
    private async Task AnswersAsync(RunningAmbassador ambassador, string name)
    {
        await Eventually.SeesAsync(_ => ambassador.GetAsync(), answer => answer == name);
        await Eventually.SeesAsync(Seen, changes => changes is [.., { Kind: TimelineKind.Reload }]);
    }

    private static void Write(AmbassadorSetup setup, ScriptedDestination destination) => setup.WithFile(Text(destination));

    private static string Text(ScriptedDestination destination) =>
        $$"""
        { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" } } },
                            "Clusters": { "api": { "Destinations": { "it": { "Address": "{{destination.Address}}" } } } } } }
        """;
}
