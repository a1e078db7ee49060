using ApiAmbassador.Forwarding;
using BenchmarkDotNet.Attributes;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Benchmarks.Pieces;

/// <summary>The URI of a forwarded request: as YARP builds it, and as it was written.</summary>
[MemoryDiagnoser]
public class TargetBenchmarks
{
    private const string Prefix = "http://10.0.0.11:8081/";
    private const string Target = "/orders/4711/items?page=2&size=50";

    private static readonly UriCreationOptions s_asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly PathString s_path = new("/orders/4711/items");
    private static readonly QueryString s_query = new("?page=2&size=50");

    [Benchmark(Baseline = true)]
    public string Yarp() => RequestUtilities.MakeDestinationAddress(Prefix, s_path, s_query).PathAndQuery;

    [Benchmark]
    [Arguments("Nothing")]
    [Arguments("Access")]
    public string AsWritten(string decides)
    {
        var target = TargetRule.PathAndQuery(Target);
        return TargetRule.IsSentAsWritten(target, decides == "Access" ? PathDecides.Access : PathDecides.Nothing)
            && Uri.TryCreate(string.Concat(Prefix.AsSpan(0, Prefix.Length - 1), target), s_asWritten, out var uri) ? uri.PathAndQuery : "";
    }
}
