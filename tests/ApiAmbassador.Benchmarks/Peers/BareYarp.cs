using System.CommandLine;
using System.Net;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The program that <see cref="BarePeer"/> starts: what a YARP user would write, with one route and one cluster.</summary>
internal static class BareYarp
{
    public const string CommandName = "bare-yarp";

    public static Command CreateCommand()
    {
        var port = new Option<int>("--port") { Required = true };
        var destination = new Option<string[]>("--destination") { Required = true };
        var command = new Command(CommandName, "The bare YARP that side-by-side measures against.") { port, destination };
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(result.GetRequiredValue(port), result.GetRequiredValue(destination), cancellation));
        return command;
    }

    private static async Task RunAsync(int port, string[] destinations, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "origin", Match = new RouteMatch { Path = "{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "origin",
                    Destinations = destinations.Select((address, i) => (Id: $"{i}", address))
                        .ToDictionary(item => item.Id, item => new DestinationConfig { Address = item.address }, StringComparer.Ordinal),
                },
            ]);

        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync(cancellation);
    }
}
