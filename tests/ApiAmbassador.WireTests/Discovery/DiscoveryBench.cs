using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>What tests of discovery look at in a running ambassador whose cluster is <c>api</c>.</summary>
internal static class DiscoveryBench
{
    /// <summary>Writes a cluster with sources and destinations.</summary>
    public static AmbassadorSetup WithDiscovery(this AmbassadorSetup setup, string discovery, string settings = "", params (string Name, Uri Address)[] destinations) =>
        setup.WithCluster($$""" "Discovery": { {{discovery}} } {{(settings.Length > 0 ? "," : "")}} {{settings}} """, destinations);

    /// <summary>Puts what the setup says now in force.</summary>
    public static async Task ReloadAsync(this RunningAmbassador ambassador, AmbassadorSetup setup) =>
        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources))).ShouldBeEmpty();

    /// <summary>The ids of the destinations that YARP has.</summary>
    public static string[] Destinations(this RunningAmbassador ambassador) =>
        ambassador.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster("api", out var cluster)
            ? [.. cluster.DestinationsState.AllDestinations.Select(destination => destination.DestinationId).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Waits until exactly these are the destinations.</summary>
    public static async Task HasAsync(this RunningAmbassador ambassador, params IEnumerable<string> ids)
    {
        var expected = ids.Order(StringComparer.Ordinal).ToArray();
        await Eventually.SeesAsync(() => string.Join(' ', ambassador.Destinations()), seen => seen == string.Join(' ', expected));
    }

    /// <summary>A source as status has it.</summary>
    public static async Task<JsonNode> SourceAsync(this RunningAmbassador ambassador, string kind) =>
        (await ambassador.ReadAsync("/api/status"))["clusters"]!.AsArray().Single()!["sources"]!.AsArray().First(source => (string?)source!["kind"] == kind)!;

    /// <summary>Waits until the status of a source is as it should be.</summary>
    public static Task<JsonNode> SourceAsync(this RunningAmbassador ambassador, string kind, Func<JsonNode, bool> condition) =>
        Eventually.SeesAsync(_ => ambassador.SourceAsync(kind), condition);

    /// <summary>What the timeline tells of discovery.</summary>
    public static string[] News(this RunningAmbassador ambassador) =>
        [.. ambassador.Services.GetRequiredService<Timeline>().After(0, int.MaxValue).Where(entry => entry.Kind == TimelineKind.Discovery).Select(entry => entry.Text)];

    /// <summary>What an observed instrument says now of sources of a kind.</summary>
    public static double[] Observe(this RunningAmbassador ambassador, string name, string kind)
    {
        // Other tests of this process have ambassadors of their own; a meter knows the factory that made it.
        ambassador.Services.GetRequiredService<AmbassadorMetrics>();
        var factory = ambassador.Services.GetRequiredService<IMeterFactory>();
        var values = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == AmbassadorMetrics.MeterName && instrument.Name == name && instrument.Meter.Scope == factory)
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => Take(value, tags));
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => Take(value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. values];

        void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.ToArray().Any(tag => kind.Equals(tag.Value)))
            {
                values.Add(value);
            }
        }
    }

    /// <summary>Waits until so many more requests were sent.</summary>
    public static async Task GoesOnAsync(this SteadyLoad load, int requests = 100)
    {
        var enough = load.Requests + requests;
        await Eventually.SeesAsync(() => load.Requests, sent => sent > enough);
    }
}
