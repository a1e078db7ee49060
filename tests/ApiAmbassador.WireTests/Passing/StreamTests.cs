using System.Net;
using System.Net.Sockets;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>Streams whose first byte comes late, or never, or after a failure.</summary>
public class StreamTests
{
    private static readonly Reply Events = Reply.Status(200).WithHeader("Content-Type", "text/event-stream").WithChunks("data: one\n\n");

    [Fact]
    public async Task Events_beforeTheFirst_theSourceIsOpen()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Events.Dripped(by: gate));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        await using var client = await NodeProgram.StartAsync("events-client.js", ambassador.Address.Authority);

        await client.WaitForTextAsync("open");
        client.Output.ShouldNotContain("message");
        gate.Open();

        (await client.WaitForEndAsync()).ShouldBe(0, client.ToString());
        client.Output.ShouldBe("open\nmessage one\n");
    }

    [Fact]
    public async Task Headers_ofAStreamWithoutContent_areThereOverHttp2Too()
    {
        var gate = new Gate();
        await using var one = ScriptedDestination.Start("one", Events.Dripped(by: gate));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        await using var client = await NodeProgram.StartAsync("h2-client.js", ambassador.Address.Authority, "/events");

        await client.WaitForTextAsync("status 200");
        client.Output.ShouldNotContain("data");
        gate.Open();

        (await client.WaitForEndAsync()).ShouldBe(0, client.ToString());
        client.Output.ShouldContain("data data: one");
    }

    [Fact]
    public async Task Stream_thatFailsBeforeItsFirstByte_isNotTakenForAnEmptyOne()
    {
        await using var one = ScriptedDestination.Start("one", Events.Dripped(by: new Gate()));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");

        await one.DropConnectionsAsync();

        await Should.ThrowAsync<SocketException>(client.ReadToEndAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_thatEndsWithItsConnection_isWholeUnlessThatIsReset(bool isReset)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}/");
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{address}"));
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
        using var destination = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await destination.ReceiveAsync(new byte[4096], TestContext.Current.CancellationToken);
        await destination.SendAsync("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await client.ReadUntilAsync("\r\n\r\n");

        if (isReset)
        {
            destination.Close(timeout: 0);
            await Should.ThrowAsync<SocketException>(client.ReadToEndAsync());
        }
        else
        {
            destination.Close();
            (await client.ReadUntilAsync("0\r\n\r\n")).ShouldBe("0\r\n\r\n");
        }
    }

    [Fact]
    public async Task Stream_whoseCallerLeavesBeforeTheFirstByte_isLeftAtTheDestination()
    {
        await using var one = ScriptedDestination.Start("one", Events.Dripped(by: new Gate()));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));
        using (var client = await RawClient.ConnectAsync(ambassador.Address.Port))
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
            await client.ReadUntilAsync("\r\n\r\n");
        }

        await one.WaitForAsync(destination => destination.ConnectionsOpen == 0);
    }
}
