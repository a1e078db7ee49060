using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Resilience;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Discovery;

/// <summary>Has what is found put in force, and has sources asked when a destination could not be connected to.</summary>
internal sealed partial class DiscoveryLoop(
    InstanceDiscovery discovery,
    ConfigReloader reloader,
    KeptLists kept,
    DestinationConnections connections,
    IProxyStateLookup yarp,
    ResilienceStates resilience,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<DiscoveryLoop> logger) : BackgroundService
{
    /// <summary>Many answers are one change: sources answer together, and a name's addresses in two parts.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>How often it is looked at what is held, and written down what is good.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        kept.Write(discovery.States, isLast: true); // Here, because a process that ends soon may end before the loop has begun.
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The start does not wait for us.
        await using var listening = lifetime.ApplicationStarted.Register(discovery.LookAgain);
        connections.ConnectFailed += discovery.ConnectFailed;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var interval = new CancellationTokenSource(Interval, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, stoppingToken);
                await discovery.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!either.IsCancellationRequested)
                {
                    await Task.Delay(Rest, time, stoppingToken);
                }

                discovery.Release(HasFailed);
                await reloader.FindAsync();
                kept.Write(discovery.States);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // A loop that ended would leave the process with its destinations for ever, and nobody would know.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(logger, e);
            }
        }

        connections.ConnectFailed -= discovery.ConnectFailed;
    }

    /// <summary>
    /// Whether every destination at an instance's place is out by probes, or has failed as the last thing that it did: nobody names it any more, so it gets
    /// no second chance. An address of a name has no port of its own; and where an instance is named by a host name, its addresses stand for it.
    /// </summary>
    private bool HasFailed(string cluster, Instance instance)
    {
        if (!yarp.TryGetCluster(cluster, out var state))
        {
            return true;
        }

        var known = resilience.Of(state);
        return state.Destinations.Values
            .Where(destination => IsAt(instance, destination.Model.Config))
            .All(destination => destination.Health.Active == DestinationHealth.Unhealthy || known.Of(destination).Breaker is { IsOpen: true } or { ConsecutiveFailures: > 0 });
    }

    private static bool IsAt(Instance instance, DestinationConfig destination) =>
        Uri.TryCreate(destination.Address, UriKind.Absolute, out var address)
        && (instance.Port == 0 || instance.Port == address.Port)
        && (address.DnsSafeHost == instance.Host || destination.Host == instance.Host || destination.Host == $"{instance.Host}:{instance.Port}");

    [LoggerMessage(1410, LogLevel.Error, "What was found could not be put in force; it is tried again with the next change")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
