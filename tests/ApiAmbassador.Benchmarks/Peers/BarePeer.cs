namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>YARP and nothing else: the price that everyone who builds on YARP pays, and so the baseline of the table.</summary>
internal sealed class BarePeer : IPeer
{
    public string Name => "bare";

    public string? Missing => null;

    public bool CompilesAsItRuns => true;

    public ChildStart Prepare(PeerTask task, string directory)
    {
        var address = task.FreeAddress();
        var protocols = task.Inbound == Inbound.Http2 ? "Http2" : "Http1";
        return new ChildStart(
            DotnetHost.Path,
            ["exec", typeof(BarePeer).Assembly.Location, BareYarp.CommandName, "--config", YarpFile.Write(directory, task)],
            address,
            Ready: address)
        {
            ReadyOverHttp2 = task.Inbound == Inbound.Http2,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Kestrel__Endpoints__all__Url"] = address.GetLeftPart(UriPartial.Authority),
                ["Kestrel__Endpoints__all__Protocols"] = protocols,
            },
        };
    }
}
