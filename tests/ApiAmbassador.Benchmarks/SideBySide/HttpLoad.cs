using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>Requests: by wrk for as many as are answered, but over HTTP/2, which it does not speak; by h2load for a rate, which wrk does not keep.</summary>
internal sealed class HttpLoad(Case work, string directory) : ILoad
{
    private readonly WrkLoad _wrk = new(work, directory);
    private readonly H2Load _h2load = new(work, directory);

    public LoadProcess Start(Uri target, int seconds) => work.Inbound == Inbound.Http2 ? _h2load.Start(target, seconds) : _wrk.Start(target, seconds);

    public LoadProcess StartAtRate(Uri target, int rate, int seconds) => _h2load.StartAtRate(target, rate, seconds);
}
