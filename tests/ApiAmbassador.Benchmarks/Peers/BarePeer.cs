namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>YARP and nothing else: the price that everyone who builds on YARP pays, and so the baseline of the table.</summary>
internal sealed class BarePeer : IPeer
{
    public string Name => "bare";

    public string? Missing => null;

    public ChildStart Prepare(Uri origin, string directory)
    {
        var address = Loopback.FreeAddress();
        return new ChildStart(
            DotnetHost.Path,
            ["exec", typeof(BarePeer).Assembly.Location, BareYarp.CommandName, "--port", $"{address.Port}", "--destination", origin.ToString()],
            address,
            Ready: address);
    }
}
