using System.CommandLine;
using ApiAmbassador.Benchmarks;
using ApiAmbassador.Benchmarks.Discovery;
using ApiAmbassador.Benchmarks.Outage;
using ApiAmbassador.Benchmarks.Peers;
using ApiAmbassador.Benchmarks.Reloads;
using ApiAmbassador.Benchmarks.SideBySide;
using ApiAmbassador.Benchmarks.Startup;
using ApiAmbassador.Benchmarks.Uneven;

var root = new RootCommand("What the ambassador costs: beside other proxies, and piece by piece.")
{
    SideBySideCommand.Create(),
    StartupCommand.Create(),
    PiecesCommand.Create(),
    AllocationsCommand.Create(),
    OutageCommand.Create(),
    ReloadsCommand.Create(),
    DiscoveryCommand.Create(),
    UnevenCommand.Create(),
    BareYarp.CreateCommand(),
    WebSocketEcho.CreateCommand(),
    WebSocketCallers.CreateCommand(),
};

return await root.Parse(args).InvokeAsync();
