using System.Net.Sockets;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Each way of failing, as curl and .NET's own client tell it.</summary>
public sealed class FaultTests
{
    // Exit codes of curl: 1 not HTTP/1.x, 18 partial file, 52 nothing came, 56 receiving failed. It takes half a head for a whole one (0),
    // and has called a header beyond its limit "out of memory" (27) before it said "receiving failed".
    public static TheoryData<string, Reply, int[], HttpRequestError> Faults { get; } = new()
    {
        { "close", Reply.Close(), [52], HttpRequestError.ResponseEnded },
        { "reset", Reply.Reset(), [56], HttpRequestError.Unknown },
        { "close in head", Reply.Ok("hello").CloseInHead(), [0], HttpRequestError.ResponseEnded },
        { "reset in head", Reply.Ok("hello").ResetInHead(), [56], HttpRequestError.Unknown },
        { "close in body", Reply.Ok("hello").CloseInBody(afterBytes: 2), [18], HttpRequestError.ResponseEnded },
        { "reset in body", Reply.Ok("hello").ResetInBody(afterBytes: 2), [56], HttpRequestError.Unknown },
        { "close in chunk", Reply.Status(200).WithChunks("hello").CloseInBody(afterBytes: 5), [18], HttpRequestError.ResponseEnded },
        { "garbage", Reply.Garbage(), [1], HttpRequestError.InvalidResponse },
        { "oversize headers", Reply.OversizeHeaders(200_000), [27, 56], HttpRequestError.ConfigurationLimitExceeded },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_looks_to_clients_like_the_real_one(string name, Reply fault, int[] curlExitCodes, HttpRequestError error)
    {
        await using var destination = ScriptedDestination.Start(name, fault);
        using var client = PlainClient.Create(destination.Address);

        // POST, because the client would send a GET again by itself in some of these cases.
        var exception = await Should.ThrowAsync<HttpRequestException>(() => client.PostAsync("", new StringContent("body"), Token));
        var curl = await Curl.RunAsync($"{destination.Address}");

        exception.HttpRequestError.ShouldBe(error, exception.ToString());
        curl.ExitCode.ShouldBeOneOf(curlExitCodes, curl.Error);
        destination.RequestCount.ShouldBe(2);
    }

    [Fact]
    public async Task Fault_in_body_lets_the_bytes_before_it_through()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("hello").ResetInBody(afterBytes: 2));

        (await Curl.RunAsync($"{one.Address}")).Output.ShouldBe("he");
    }

    [Fact]
    public async Task Connection_closed_on_accept_gives_no_answer()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        one.OnAccept = number => number == 1 ? AcceptAction.Close : AcceptAction.Serve;

        using var client = await RawClient.ConnectAsync(one.Port);
        (await client.ReadToEndAsync()).ShouldBe("");
        (await Curl.RunAsync($"{one.Address}")).ExitCode.ShouldBe(0);

        (one.RequestCount, one.ConnectionsOpened).ShouldBe((1, 2));
    }

    [Fact]
    public async Task Connection_reset_on_accept_fails_the_connect_or_the_first_read()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        one.OnAccept = _ => AcceptAction.Reset;

        // The RST can overtake the client's own view of its connect.
        await Should.ThrowAsync<SocketException>(async () =>
        {
            using var client = await RawClient.ConnectAsync(one.Port);
            await client.ReadToEndAsync();
        });
    }

    [Fact]
    public async Task Silent_close_ends_the_connection_without_having_said_so()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("hello").ThenCloseSilently());
        using var client = await RawClient.ConnectAsync(one.Port);

        await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\n\r\n");

        (await client.ReadToEndAsync()).ShouldBe("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    }

    [Fact]
    public async Task Reset_of_a_reused_connection_is_the_keep_alive_race()
    {
        await using var one = ScriptedDestination.Start("one", request => request.NumberOnConnection > 1 ? Reply.Reset() : Reply.Ok());
        using var client = PlainClient.Create(one.Address);

        (await client.PostAsync("", new StringContent("1"), Token)).Dispose();
        await Should.ThrowAsync<HttpRequestException>(() => client.PostAsync("", new StringContent("2"), Token));

        one.Requests.Select(request => request.ConnectionNumber).ShouldBe([1, 1]);
    }

    [Fact]
    public async Task Hang_ends_when_the_client_leaves()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Hang());
        using var client = PlainClient.Create(one.Address);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var pending = client.GetAsync("", leave.Token);
        await one.WaitForAsync(d => d.Requests.Count == 1);
        pending.IsCompleted.ShouldBeFalse();
        await leave.CancelAsync();

        await one.WaitForAsync(d => d.ConnectionsOpen == 0 && d.Requests[0].Abandoned);
        await Should.ThrowAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task Disposed_destination_resets_those_who_wait()
    {
        var one = ScriptedDestination.Start("one", Reply.Hang());
        using var client = await RawClient.ConnectAsync(one.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\n\r\n");
        await one.WaitForAsync(d => d.Requests.Count == 1);

        await one.DisposeAsync();

        await Should.ThrowAsync<SocketException>(client.ReadToEndAsync);
        one.Requests[0].Abandoned.ShouldBeFalse("it was not the client that left");
    }

    [Fact]
    public async Task Stopped_destination_refuses_and_comes_back_on_the_same_port()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = await RawClient.ConnectAsync(one.Port);

        await one.StopListeningAsync();
        (await Curl.RunAsync($"{one.Address}")).ExitCode.ShouldBe(7);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: one\r\n\r\n");
        (await client.ReadUntilAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 OK");
        one.StartListening();

        (await Curl.RunAsync($"{one.Address}")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Dropped_connections_are_reset_and_new_ones_are_served()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok());
        using var client = await RawClient.ConnectAsync(one.Port);
        await one.WaitForAsync(d => d.ConnectionsOpen == 1);

        await one.DropConnectionsAsync();

        one.ConnectionsOpen.ShouldBe(0);
        (await Should.ThrowAsync<SocketException>(client.ReadToEndAsync)).SocketErrorCode.ShouldBe(SocketError.ConnectionReset);
        (await Curl.RunAsync($"{one.Address}")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Black_hole_lets_connects_wait_in_vain()
    {
        using var hole = await BlackHole.OpenAsync();

        var curl = await Curl.RunAsync("--connect-timeout", "0.3", "--write-out", "%{num_connects}", $"{hole.Address}");

        curl.ExitCode.ShouldBe(28);
        curl.Output.ShouldBe("0", "no connection may have come about");
    }
}
