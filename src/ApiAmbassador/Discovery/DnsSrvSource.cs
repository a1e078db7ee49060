using ApiAmbassador.Configuration;
using ApiAmbassador.Names;

namespace ApiAmbassador.Discovery;

/// <summary>Instances by SRV records. Their hosts are the targets' names: whoever asked turns them into addresses.</summary>
/// <param name="options">The settings, checked.</param>
/// <param name="lookup">The servers to ask.</param>
internal sealed class DnsSrvSource(DnsSrvDiscoveryOptions options, DnsLookup lookup) : IPolledSource
{
    /// <inheritdoc/>
    /// <exception cref="NameResolutionException">No server could say, or it says what makes no sense.</exception>
    public async Task<SourceAnswer> AskAsync(CancellationToken cancellation)
    {
        var answer = (await lookup.AskAsync(options.Name ?? "", [DnsType.Srv], cancellation))[0];
        return answer.Problem is { } problem
            ? throw new NameResolutionException(problem)
            : SourceAnswer.Listed(SrvRule.Instances(answer.Records.OfType<ServiceRecord>(), options));
    }
}
