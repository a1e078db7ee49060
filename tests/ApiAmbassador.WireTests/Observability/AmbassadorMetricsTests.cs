using System.Diagnostics.Metrics;
using ApiAmbassador.Configuration;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>Our own instruments, listened to inside the process.</summary>
public class AmbassadorMetricsTests
{
    [Fact]
    public async Task Destinations_aClusterGoes_itsSeriesGoesToo()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(Clusters("a", "b"));
        Observe(ambassador, "ambassador.destinations").ShouldBe(new Dictionary<string, long> { ["a"] = 1, ["b"] = 1 }, ignoreOrder: true);

        (await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(Clusters("a").Sources))).ShouldBeEmpty();

        Observe(ambassador, "ambassador.destinations").ShouldBe(new Dictionary<string, long> { ["a"] = 1 });
        Observe(ambassador, "ambassador.configuration.revision").ShouldBe(new Dictionary<string, long> { [""] = 2 });

        AmbassadorSetup Clusters(params string[] ids) => setup.WithFile(
            $$"""
            { "ReverseProxy": { "Routes": { "r": { "ClusterId": "a", "Match": { "Path": "{**any}" } } },
                                "Clusters": { {{string.Join(", ", ids.Select(id => $$""" "{{id}}": { "Destinations": { "one": { "Address": "{one}" } } } """))}} } } }
            """,
            ("one", one.Address));
    }

    [Fact]
    public async Task Failures_areCountedByReason_noRouteWithoutACluster()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            { "ReverseProxy": { "Routes": { "r": { "ClusterId": "a", "Match": { "Path": "/a" } } },
                                "Clusters": { "a": { "Destinations": { "one": { "Address": "{one}" } } } } } }
            """,
            ("one", one.Address)));

        foreach (var path in new[] { "/a", "/b" })
        {
            using var response = await ambassador.Client.GetAsync(path, TestContext.Current.CancellationToken);
        }

        var counted = new List<string>();
        using var listener = Listen(ambassador, "ambassador.failures", (value, tags) => counted.Add($"{value} {string.Join(' ', tags)}"));
        listener.RecordObservableInstruments();

        counted.ShouldBe(["1 [reason, upstream_reset] [cluster, a]", "1 [reason, no_route]"]);
    }

    /// <summary>What an observed instrument says now, by the cluster that it says it of.</summary>
    private static Dictionary<string, long> Observe(RunningAmbassador ambassador, string instrument)
    {
        var values = new Dictionary<string, long>();
        using var listener = Listen(ambassador, instrument, (value, tags) => values.Add(tags.SingleOrDefault(tag => tag.Key == "cluster").Value as string ?? "", value));
        listener.RecordObservableInstruments();
        return values;
    }

    private static MeterListener Listen(RunningAmbassador ambassador, string name, Action<long, KeyValuePair<string, object?>[]> record)
    {
        // Other tests of this process have ambassadors of their own; a meter knows the factory that made it.
        ambassador.Services.GetRequiredService<AmbassadorMetrics>();
        var factory = ambassador.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, me) =>
            {
                if (instrument.Meter.Name == AmbassadorMetrics.MeterName && instrument.Name == name && instrument.Meter.Scope == factory)
                {
                    me.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, value, tags, _) => record(value, tags.ToArray()));
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => record(value, tags.ToArray()));
        listener.Start();
        return listener;
    }
}
