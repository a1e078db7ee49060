using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>WebSockets between a client and a server of another maker.</summary>
public class WebSocketTests
{
    private static readonly string[] Talk = ["text GET /chat%2Froom?a=%41 true", "protocol talk", "text hello", "binary true", "closed 4001 enough"];

    [Fact]
    public async Task WebSocket_overHttp1_passesWithProtocolMessagesAndCloseCode()
    {
        var (server, address) = await NodeProgram.ServeAsync("ws-server.js");
        await using var _ = server;
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{address}"));

        (await NodeProgram.RunAsync("ws-client.js", ambassador.Address)).ShouldBe(Talk);

        await server.WaitForTextAsync("closed 4001 enough");
    }

    [Fact]
    public async Task WebSocket_overAStreamOfHttp2_reachesADestinationThatSpeaksHttp1()
    {
        var (server, address) = await NodeProgram.ServeAsync("ws-server.js");
        await using var _ = server;
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{address}"));

        var lines = await NodeProgram.RunAsync("ws-client.js", ambassador.Address, "h2");

        lines[..2].ShouldBe(["extended-connect true", "status 200"]);
        lines[2..].ShouldBe(Talk, ignoreOrder: true); // The first message may overtake the line about the protocol.
        await server.WaitForTextAsync("closed 4001 enough");
    }
}
