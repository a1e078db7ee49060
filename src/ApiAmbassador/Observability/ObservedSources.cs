using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Observability;

/// <summary>What metrics tell of the sources of instances.</summary>
internal static class ObservedSources
{
    /// <summary>So many sources are measured.</summary>
    private const int SourcesMax = 1000;

    /// <summary>The kind that says its name once and has no age: who looks up the name is a source of its own.</summary>
    private static readonly string Named = new DnsDiscoveryOptions().Kind;

    /// <summary>Adds the instruments.</summary>
    public static void AddTo(Meter meter, InstanceDiscovery discovery, TimeProvider time)
    {
        meter.CreateObservableGauge(
            "ambassador.discovery.age",
            () => Sources(discovery).Where(source => source.State.GoodAt is not null && source.Id.Kind != Named).Select(source => Of(source, (time.GetUtcNow() - source.State.GoodAt!.Value).TotalSeconds)),
            "s", "Since the last good answer of a source of instances.");
        meter.CreateObservableGauge(
            "ambassador.discovery.instances", () => Sources(discovery).Select(source => Of(source, source.State.List.Count)),
            "{instance}", "Instances that a source is believed to name.");
        meter.CreateObservableGauge(
            "ambassador.discovery.held", () => Sources(discovery).Select(source => Of(source, source.State.Held)),
            "{instance}", "Instances that are believed although their source names them no more.");
        meter.CreateObservableCounter(
            "ambassador.discovery.errors", () => Sources(discovery).Select(source => Of(source, source.State.Errors)),
            "{answer}", "Bad answers of a source of instances, or none in time.");
    }

    private static IEnumerable<(FeedId Id, FeedState State, string? Problem)> Sources(InstanceDiscovery discovery) => discovery.States.Take(SourcesMax);

    private static Measurement<T> Of<T>((FeedId Id, FeedState State, string? Problem) source, T value)
        where T : struct =>
        new(value, new("cluster", source.Id.Cluster), new("kind", source.Id.Kind), new("source", source.Id.Name));
}
