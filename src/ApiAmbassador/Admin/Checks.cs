using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Hosting;
using ApiAmbassador.Resilience;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;

namespace ApiAmbassador.Admin;

/// <summary>Whether a configuration is in force. A change that was refused leaves us as ready as before; the body says it.</summary>
internal sealed class ConfigurationCheck(SnapshotStore snapshots, ConfigReloader reloader) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(snapshots.Current switch
        {
            { Revision: 0 } => HealthCheckResult.Unhealthy("no configuration is in force yet"),
            { Ambassador.Passthrough: true } on => HealthCheckResult.Healthy(
                $"revision {on.Revision} is in force, with Passthrough on: no retries, circuit breakers, ejection, limits{Refused}"),
            var on => HealthCheckResult.Healthy($"revision {on.Revision} is in force{Refused}"),
        });

    private string Refused => reloader.LastRefused is { } refused
        ? $"; a change was refused at {refused.Told.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} with {refused.Errors.Count} {(refused.Errors.Count == 1 ? "error" : "errors")}, which /api/events tells"
        : "";
}

/// <summary>Whether every active health check has had its first answers.</summary>
internal sealed class FirstProbesCheck(IActiveHealthCheckMonitor monitor) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(monitor.InitialProbeCompleted
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("the first probes are under way"));
}

/// <summary>Whether every source of instances has had its first answer, good or not; one that fails must not keep us from starting.</summary>
internal sealed class FirstAnswersCheck(InstanceDiscovery discovery) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(discovery.HasAnswered ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("sources of instances have not answered yet"));
}

/// <summary>Whether requests are taken and will be for a while.</summary>
internal sealed class ListeningCheck(Lifecycle lifecycle) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifecycle switch
        {
            { IsDraining: true } => HealthCheckResult.Unhealthy("draining"),
            { IsListening: true } => HealthCheckResult.Healthy(),
            _ => HealthCheckResult.Unhealthy("not listening yet"),
        });
}

/// <summary>Whether every cluster has a usable destination. By itself that only degrades: see <see cref="AmbassadorOptions.ReadyNeedsDestinations"/>.</summary>
internal sealed class DestinationsCheck(SnapshotStore snapshots, IProxyStateLookup yarp, ResilienceStates resilience, Panics panics) : IHealthCheck
{
    /// <summary>A body names so many; with more it says how many more.</summary>
    private const int NamesMax = 20;

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var without = yarp.GetClusters()
            .Where(cluster => !resilience.CanServe(cluster) || (panics.Has(cluster.ClusterId) && resilience.UsableCount(cluster) == 0))
            .Select(cluster => cluster.ClusterId)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (without.Length == 0)
        {
            return Task.FromResult(HealthCheckResult.Healthy());
        }

        var more = without.Length > NamesMax ? $" and {without.Length - NamesMax} more" : "";
        var text = $"no usable destination in {string.Join(", ", without.Take(NamesMax))}{more}";
        return Task.FromResult(snapshots.Current.Ambassador.ReadyNeedsDestinations ? HealthCheckResult.Unhealthy(text) : HealthCheckResult.Degraded(text));
    }
}
