using ApiAmbassador.WireTests.Destinations;
using Xunit.Sdk;

namespace ApiAmbassador.WireTests.Peers;

public sealed class PeerTests
{
    [Fact]
    public async Task Nginx_servers_side_by_side_answer_with_their_names()
    {
        await using var one = await Nginx.StartAsync("one");
        await using var two = await Nginx.StartAsync("two");

        (await Curl.RunAsync($"{one.Address}", $"{two.Address}")).ShouldBe(new CurlResult(0, "one\ntwo\n", ""));
    }

    [Fact]
    public async Task Nginx_with_a_server_block_does_what_it_says()
    {
        await using var destination = ScriptedDestination.Start("destination", Reply.Ok("behind"));
        await using var nginx = await Nginx.StartAsync("front", $"location / {{ proxy_pass {destination.Address}; }}");

        (await Curl.RunAsync($"{nginx.Address}")).Output.ShouldBe("behind");
    }

    [Fact]
    public async Task Nginx_with_a_broken_configuration_tells_what_is_wrong()
    {
        Tool.Nginx.Require();

        var exception = await Should.ThrowAsync<InvalidOperationException>(() => Nginx.StartAsync("broken", "no_such_directive;"));

        exception.Message.ShouldContain("no_such_directive");
    }

    [Fact]
    public async Task Wrk_counts_good_and_bad_answers()
    {
        await using var one = ScriptedDestination.Start("one", request => request.Number % 2 == 0 ? Reply.Status(503) : Reply.Ok());

        var result = await Wrk.RunAsync(one.Address, seconds: 1, connections: 2);

        result.Requests.ShouldBeGreaterThan(0);
        result.BadStatuses.ShouldBeInRange(1, result.Requests - 1);
        result.RequestsPerSecond.ShouldBeGreaterThan(0);
        (result.ConnectErrors, result.ReadErrors, result.WriteErrors, result.Timeouts).ShouldBe((0, 0, 0, 0));
        one.RequestCount.ShouldBeGreaterThanOrEqualTo((int)result.Requests);
    }

    [Fact]
    public void Wrk_output_with_errors_is_read_in_full()
    {
        const string Output = """
              912 requests in 1.00s, 64.12KB read
              Socket errors: connect 1, read 2, write 3, timeout 4
              Non-2xx or 3xx responses: 5
            Requests/sec:    911.50
            """;

        WrkResult.Parse(Output).ShouldBe(new WrkResult(912, 1, 2, 3, 4, 5, 911.5));
    }

    [Fact]
    public void Missing_tool_skips_the_test_or_fails_it_where_nothing_may_be_skipped()
    {
        var tool = new Tool("no-such-tool", "its-package");

        var skip = Should.Throw<SkipException>(() => tool.Require(skipNothing: false));
        var fail = Should.Throw<FailException>(() => tool.Require(skipNothing: true));

        skip.Message.ShouldEndWith("no-such-tool is not installed: apt-get install its-package");
        fail.Message.ShouldBe("no-such-tool is not installed: apt-get install its-package");
    }

    [Fact]
    public async Task Disposed_process_takes_its_children_along()
    {
        var shell = ExternalProcess.Start("/bin/sh", "-c", "sleep 100 & echo started; wait");
        await shell.WaitForTextAsync("started");

        // The child holds the other end of the output, for whose end dispose waits: alive, it would make this time out.
        await shell.DisposeAsync();

        shell.HasEnded.ShouldBeTrue();
    }

    [Fact]
    public async Task Process_that_does_not_end_in_time_is_reported_with_what_it_wrote()
    {
        await using var shell = ExternalProcess.Start("/bin/sh", "-c", "echo still here; exec sleep 100");
        await shell.WaitForTextAsync("still");

        var exception = await Should.ThrowAsync<TimeoutException>(() => shell.WaitForEndAsync(TimeSpan.FromMilliseconds(50)));

        exception.Message.ShouldContain("still here");
    }

    [Fact]
    public async Task Process_output_beyond_the_bound_is_dropped_without_blocking_it()
    {
        await using var shell = ExternalProcess.Start("/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' a; exit 3");

        (await shell.WaitForEndAsync()).ShouldBe(3);

        shell.Output.Length.ShouldBeInRange(1024 * 1024, (1024 * 1024) + 100);
        shell.Output.ShouldEndWith("more characters");
    }

    [Fact]
    public void Free_ports_are_all_different() =>
        Enumerable.Range(0, 100).Select(_ => FreePort.Next()).Distinct().Count().ShouldBe(100);
}
