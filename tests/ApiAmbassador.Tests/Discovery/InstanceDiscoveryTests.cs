using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Observability;
using ApiAmbassador.Tests.Support;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApiAmbassador.Tests.Discovery;

/// <summary>What is followed, from when, for how long it is waited for, and what of it comes in force.</summary>
public sealed class InstanceDiscoveryTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly PushedFactory _factory = new();
    private readonly TempDirectory _directory = new();
    private readonly Timeline _timeline;
    private InstanceDiscovery _discovery;

    public InstanceDiscoveryTests()
    {
        _timeline = new Timeline(_time);
        _discovery = Create();
    }

    public void Dispose()
    {
        _discovery.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Names_in_a_list_have_answered_before_it_is_in_force_and_what_was_before_stays_until_then()
    {
        var following = FollowAsync(Files("list"));
        await _factory["list"].PushAsync("10.0.0.1");
        await following.WithDeadlineAsync();
        Found().ShouldBe("10.0.0.1");

        await _factory["list"].PushAsync("b.test", "c.test", "10.0.0.4");
        Found().ShouldBe("10.0.0.1");
        await _factory["b.test"].PushAsync("10.0.0.2");
        Found().ShouldBe("10.0.0.1");
        await _factory["c.test"].PushAsync("10.0.0.3", "10.0.0.4");
        Found().ShouldBe("10.0.0.2 10.0.0.3 10.0.0.4");
    }

    [Fact]
    public async Task Name_that_fails_is_left_out_and_there_again_when_it_answers_and_all_of_them_failing_changes_nothing()
    {
        await FollowedAsync(Files("list"), ("list", ["10.0.0.1"]));

        await _factory["list"].PushAsync("b.test", "c.test");
        Found();
        await _factory["b.test"].FailAsync("no server");
        await _factory["c.test"].FailAsync("no server");
        Found().ShouldBe("10.0.0.1");
        Problem("list").ShouldBe("names hosts of which no address is known: b.test: no server");

        await _factory["c.test"].PushAsync("10.0.0.3");
        Found().ShouldBe("10.0.0.3");
        Problem("list").ShouldBeNull();
        await _factory["b.test"].PushAsync("10.0.0.2");
        Found().ShouldBe("10.0.0.2 10.0.0.3");
        _timeline.After(0, 100).Count(entry => entry.Text.Contains("names hosts of which no address is known", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task New_name_that_has_no_address_yet_does_not_empty_the_list_before_that_is_sure()
    {
        await FollowedAsync(Files("list"), ("list", ["10.0.0.1"]));
        await _factory["list"].PushAsync("b.test");
        Found();
        for (var i = 0; i < 2; i++)
        {
            await _factory["b.test"].PushAsync();
            Found().ShouldBe("10.0.0.1");
        }

        await _factory["b.test"].PushAsync();
        Found().ShouldBe("");
    }

    [Fact]
    public async Task More_names_than_are_looked_up_are_refused_as_a_whole()
    {
        await FollowedAsync(Files("list"), ("list", ["10.0.0.1"]));

        await _factory["list"].PushAsync(Enumerable.Range(0, ClusterFeeds.NamesMax + 1).Select(i => $"n{i}.test"));

        Found().ShouldBe("10.0.0.1");
        Problem("list").ShouldBe("names 1001 hosts without their addresses; up to 1000 are looked up");
        _factory.Running.Count().ShouldBe(1);
    }

    [Fact]
    public async Task Names_that_nobody_names_any_more_are_followed_no_more()
    {
        await FollowedAsync(Files("list"), ("list", ["b.test"]), ("b.test", ["10.0.0.2"]));
        var name = _factory["b.test"];

        await _factory["list"].PushAsync("10.0.0.1");
        Found().ShouldBe("10.0.0.1");

        await name.Stopped.Task.WithDeadlineAsync();
    }

    [Fact]
    public async Task First_answers_are_waited_for_two_seconds_and_the_names_of_those_that_answer_too()
    {
        var following = FollowAsync(Files("silent", "list"));
        await _factory["list"].PushAsync("b.test");
        await MadeAsync("b.test");
        _time.Advance(InstanceDiscovery.FirstAnswers - TimeSpan.FromTicks(1));
        await _factory["b.test"].PushAsync("10.0.0.2");
        following.IsCompleted.ShouldBeFalse();

        await AdvancedAsync(following);
        Found().ShouldBe("10.0.0.2");
        _discovery.HasAnswered.ShouldBeFalse();
    }

    [Fact]
    public async Task Kept_list_is_used_when_the_time_is_over()
    {
        await FollowedAsync(Files("list"), ("list", ["10.0.0.1"]));
        Kept().Write(_discovery.States);
        _discovery.Dispose();
        _discovery = Create();

        var following = FollowAsync(Files("list"));
        await MadeAsync("list", 2);
        await AdvancedAsync(following);

        Found().ShouldBe("10.0.0.1");
        _discovery.States.Single().State.IsKept.ShouldBeTrue();
        await _factory["list"].PushAsync("10.0.0.9");
        Found().ShouldBe("10.0.0.9");
    }

    [Fact]
    public async Task What_is_wanted_again_is_not_started_again_and_what_is_not_is_told_to_end()
    {
        await FollowedAsync(Files("one", "two"), ("one", ["10.0.0.1"]), ("two", ["10.0.0.2"]));
        var two = _factory["two"];

        await FollowAsync(Files("one")).WithDeadlineAsync();
        Found().ShouldBe("10.0.0.1");
        await FollowAsync(Files("one")).WithDeadlineAsync();
        _factory.Made("one").ShouldBe(1);
        await two.Stopped.Task.WithDeadlineAsync();

        await FollowAsync(Settings.Valid).WithDeadlineAsync();
        _discovery.Collect().ShouldBeEmpty();
        await EndedAsync(running: 0);
        _discovery.States.ShouldBeEmpty();
    }

    [Fact]
    public async Task Source_by_other_settings_has_what_the_one_before_it_said_until_it_has_said_something_for_sure()
    {
        await FollowedAsync(Files("one"), ("one", ["10.0.0.1"]));

        var following = FollowAsync(Files("other"));
        await MadeAsync("other");
        await _factory["other"].FailAsync("is down");
        await following.WithDeadlineAsync();
        Found().ShouldBe("10.0.0.1");
        await _factory["other"].PushAsync();
        await _factory["other"].PushAsync();
        Found().ShouldBe("10.0.0.1");

        await _factory["other"].PushAsync();
        Found().ShouldBe("");
    }

    [Fact]
    public async Task Cluster_of_which_nothing_has_changed_has_the_same_object()
    {
        await FollowedAsync(Files("list"), ("list", ["10.0.0.1"]));
        var before = _discovery.Collect();

        await _factory["list"].PushAsync("10.0.0.1");
        await _factory["list"].FailAsync("is down");

        _discovery.Collect().ShouldBeSameAs(before);
    }

    [Fact]
    public async Task Connect_failure_asks_the_sources_and_names_of_that_cluster()
    {
        await FollowedAsync(Files("list"), ("list", ["b.test"]), ("b.test", ["10.0.0.2"]));

        _discovery.ConnectFailed("one");
        _discovery.ConnectFailed("nobody");

        _factory["list"].Asked.ShouldBe(1);
        _factory["b.test"].Asked.ShouldBe(1);
    }

    [Fact]
    public async Task Pushes_from_all_sides_while_configurations_change_end_in_what_was_said_last()
    {
        using var end = new CancellationTokenSource();
        var pushing = Workers.RunAsync(4, async worker =>
        {
            var random = new Random(worker);
            while (!end.IsCancellationRequested)
            {
                foreach (var source in _factory.Running.ToArray())
                {
                    await (random.Next(4) switch
                    {
                        0 => source.FailAsync("by chance"),
                        1 => source.PushAsync("b.test", "10.0.0.3"),
                        _ => source.PushAsync("10.0.0.1"),
                    });
                }

                _discovery.ConnectFailed("one");
                _discovery.Release((_, _) => true);
                await Task.Yield();
            }
        });
        for (var i = 0; i < 300; i++)
        {
            await FollowAsync((i % 3) switch { 0 => Files("one"), 1 => Files("one", "two"), _ => Settings.Valid }).WithDeadlineAsync();
            _discovery.Collect();
            _ = _discovery.States;
        }

        await end.CancelAsync();
        await pushing;
        await FollowedAsync(Files("last"), ("last", ["10.0.0.7"]));
        Found().ShouldBe("10.0.0.7");
        await EndedAsync(running: 1);
    }

    /// <summary>The valid configuration with a source of each name: a file, or the file of another cluster.</summary>
    private static string Files(string path, string? second = null)
    {
        var json = Settings.With("ReverseProxy:Clusters:one:Discovery", $$"""{ "File": { "Path": "{{path}}" } }""");
        return second is null ? json : json.Replace(
            "\"two\": {", $$""" "two": { "Discovery": { "File": { "Path": "{{second}}" } }, """, StringComparison.Ordinal);
    }

    private Task FollowAsync(string json) => _discovery.FollowAsync(SnapshotBuilder.Build(Settings.Gather(json), revision: 1), InstanceDiscovery.FirstAnswers);

    private async Task FollowedAsync(string json, params (string Asked, string[] Hosts)[] answers)
    {
        var following = FollowAsync(json);
        foreach (var (asked, hosts) in answers)
        {
            await MadeAsync(asked);
            await _factory[asked].PushAsync(hosts);
        }

        await following.WithDeadlineAsync();
        Found();
    }

    /// <summary>Until no more than so many are followed; the others have been told, and end on threads of their own.</summary>
    private async Task EndedAsync(int running)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Deadline);
        while (_factory.Running.Count() != running)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Until a source is made by another thread.</summary>
    private async Task MadeAsync(string asked, int times = 1)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Deadline);
        while (_factory.Made(asked) < times)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Lets time pass until it is over; a wait may begin later than the clock is moved.</summary>
    private async Task AdvancedAsync(Task waiting)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Deadline);
        while (!waiting.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await waiting;
    }

    private string Found() => string.Join(' ', _discovery.Collect().Values.SelectMany(found => found.Instances).Select(found => found.Instance.Host));

    private string? Problem(string asked) => _discovery.States.Single(state => state.Id.Name == asked).Problem;

    private KeptLists Kept() => new(_directory.Path, _time, NullLogger<KeptLists>.Instance);

    private InstanceDiscovery Create() =>
        new(_factory, new OwnAddresses(new Nowhere(), _time), Kept(), new DiscoveryNews(_timeline, NullLogger<DiscoveryNews>.Instance), _time);

    /// <summary>A server that listens nowhere.</summary>
    private sealed class Nowhere : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
