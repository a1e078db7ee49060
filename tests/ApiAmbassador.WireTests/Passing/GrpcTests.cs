using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>gRPC between a client and a server of another maker, on the same port as everything else.</summary>
public class GrpcTests
{
    [Fact]
    public async Task Calls_ofEveryKind_passWithTrailersStatusAndDeadline()
    {
        var (server, address) = await NodeProgram.ServeAsync("grpc-server.js");
        await using var _ = server;
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithCluster(
            """ "HttpRequest": { "Version": "2", "VersionPolicy": "RequestVersionExact" } """, ("one", address)));

        var lines = await NodeProgram.RunAsync("grpc-client.js", ambassador.Address);

        lines.ShouldBe(
        [
            "unary hello blue",
            "empty 0",
            "download d0,d1,d2 3 0",
            "upload abc",
            "chat 0 re:0,re:1,re:2",
            "fail 9 ein Grund: ü%",
            "late one 15 late",
            "deadline true",
            "exceeded 4",
            "silent yes",
            "cancelled 1",
        ]);
    }
}
