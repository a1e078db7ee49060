using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// Hands YARP's part of the snapshot in force to YARP. What comes here is finished and checked: YARP would stop listening to a
/// provider that throws.
/// </summary>
internal sealed class SnapshotConfigProvider : IProxyConfigProvider
{
    private volatile ProxyConfig _config = new(Snapshot.Empty);

    /// <inheritdoc/>
    public IProxyConfig GetConfig() => _config;

    /// <summary>Puts a snapshot's routes and clusters in force: YARP applies them before this returns or soon after.</summary>
    public void Update(Snapshot snapshot)
    {
        var old = _config;
        _config = new ProxyConfig(snapshot);
        old.SignalChange();
    }

    [SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing to dispose of, and YARP may ask its token at any time.")]
    private sealed class ProxyConfig : IProxyConfig
    {
        private readonly CancellationTokenSource _changed = new();

        public ProxyConfig(Snapshot snapshot)
        {
            RevisionId = snapshot.Revision.ToString();
            Routes = [.. snapshot.Routes.Values.Select(route => route.Config)];
            Clusters = [.. snapshot.Clusters.Values.Select(cluster => cluster.Config)];
            ChangeToken = new CancellationChangeToken(_changed.Token);
        }

        public string RevisionId { get; }

        public IReadOnlyList<RouteConfig> Routes { get; }

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        public IChangeToken ChangeToken { get; }

        public void SignalChange() => _changed.Cancel();
    }
}
