using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using Yarp.ReverseProxy;

namespace ApiAmbassador.Demo;

/// <summary>
/// What happens in the demo: an instance falls ill, goes down and is healed; then the canary moves from 10 to 50 %. It acts on the
/// instances and on the route file alone; what the ambassador makes of it is the ambassador's.
/// </summary>
/// <param name="instances">The service's instances.</param>
/// <param name="file">The route file.</param>
/// <param name="sources">Where the ambassador reads it.</param>
/// <param name="host">The ambassador.</param>
/// <param name="tell">Takes a line for each thing that happens.</param>
/// <param name="beat">The time between two things.</param>
/// <param name="time">The clock.</param>
internal sealed class DemoStory(
    IReadOnlyList<SampleInstance> instances, DemoRouteFile file, ConfigSources sources, AmbassadorHost host, Action<string> tell, TimeSpan beat, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Tells it again and again until it is stopped. A story told to its end takes ten beats and what the ambassador needs.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await PauseAsync(2, stop);
            await FallIllAsync(instances[1], stop);
            await PauseAsync(1, stop);
            await MoveCanaryAsync(30, stop);
            await PauseAsync(1, stop);
            await MoveCanaryAsync(50, stop);
            await PauseAsync(4, stop);
            await MoveCanaryAsync(10, stop);
        }
    }

    private async Task FallIllAsync(SampleInstance instance, CancellationToken stop)
    {
        tell($"{instance.Name} falls ill: its health check fails");
        instance.Health = SampleHealth.Failing;
        await UntilUsableAsync(instance, isUsable: false, stop);
        tell($"the ambassador leaves {instance.Name} out; the others take its share");
        instance.Health = SampleHealth.Down;
        tell($"{instance.Name} is down for good now; the client does not notice");
        await PauseAsync(2, stop);
        instance.Health = SampleHealth.Well;
        tell($"{instance.Name} is healed");
        await UntilUsableAsync(instance, isUsable: true, stop);
        tell($"two good probes: {instance.Name} gets requests again");
    }

    private async Task MoveCanaryAsync(int percent, CancellationToken stop)
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        file.Write(instances, percent);
        var errors = await host.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(sources));
        tell(errors.Count == 0 ? $"the route file changed: {percent} % of the users on the canary" : errors[0].ToString());
    }

    /// <summary>Waits until the ambassador has noticed.</summary>
    private async Task UntilUsableAsync(SampleInstance instance, bool isUsable, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && IsUsable(host, instance) != isUsable)
        {
            await Task.Delay(Look, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether the ambassador would send it a request now.</summary>
    public static bool IsUsable(AmbassadorHost host, SampleInstance instance) =>
        host.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster(instance.Version, out var cluster)
        && cluster.DestinationsState.AvailableDestinations.Any(destination => destination.DestinationId == instance.Name);

    private async Task PauseAsync(int beats, CancellationToken stop) =>
        await Task.Delay(beat * beats, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
