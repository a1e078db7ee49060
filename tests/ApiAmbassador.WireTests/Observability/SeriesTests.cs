using System.Diagnostics.Metrics;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Discovery;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>What is gone leaves no series behind, and takes no place from who comes.</summary>
public class SeriesTests
{
    private const int Rounds = 25, Clusters = 20, DestinationsPerCluster = 20;

    [Fact]
    public async Task TenThousandDestinations_thatComeAndGo_leaveNothing()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var collector = await OtlpReceiver.StartAsync();
        using var setup = new AmbassadorSetup().With("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"{collector.HttpAddress}/v1/metrics").With("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        await using var ambassador = await RunningAmbassador.StartAsync(Write(setup, one.Address, round: 0));
        for (var round = 1; round <= Rounds; round++)
        {
            await ambassador.ReloadAsync(Write(setup, one.Address, round));
            await ambassador.GetAsync($"/{round}");
            await HasOnlyAsync(ambassador, collector, round);
        }
    }

    /// <summary>Only a collection lets instruments go, so without one there must be no new ones: they would pile up with each reload.</summary>
    [Fact]
    public async Task ReloadsThatNobodyCollects_makeNoInstruments()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(Write(setup, one.Address, round: 0));
        var factory = ambassador.Services.GetRequiredService<IMeterFactory>();
        var made = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                // Other tests' ambassadors make theirs meanwhile, on their threads.
                if (instrument.Name == "ambassador.build" && instrument.Meter.Scope == factory)
                {
                    made++;
                }
            },
        };
        listener.Start();
        made.ShouldBe(1);

        for (var round = 1; round <= 4; round++)
        {
            await ambassador.ReloadAsync(Write(setup, one.Address, round)); // 420 newcomers each.
        }

        made.ShouldBe(1);
        await Scrape.OfAsync(ambassador);
        await ambassador.ReloadAsync(Write(setup, one.Address, round: 5));
        made.ShouldBe(2);
    }

    /// <summary>Both ways of reading, each time: what was seen once is what would stay.</summary>
    private static async Task HasOnlyAsync(RunningAmbassador ambassador, OtlpReceiver collector, int round)
    {
        var scrape = await Scrape.OfAsync(ambassador);
        scrape.LabelValues("destination").Count().ShouldBe(Clusters * DestinationsPerCluster, $"round {round}");
        scrape.LabelValues("destination").ShouldAllBe(name => name.StartsWith($"d-{round}-", StringComparison.Ordinal));
        scrape.LabelValues("cluster").ShouldAllBe(name => name.StartsWith($"c-{round}-", StringComparison.Ordinal));
        scrape.LabelValues("route").ShouldBe([$"r-{round}"]);
        scrape["ambassador_attempt_duration_seconds_count", $"cluster=c-{round}-0"].ShouldBe(1);
        scrape.Text.ShouldNotContain("overflow");

        collector.Clear();
        (await Task.Run(() => ambassador.Services.GetRequiredService<MeterProvider>().ForceFlush())).ShouldBeTrue();
        collector.Clear(); // The first has the last word of histograms that have gone.
        (await Task.Run(() => ambassador.Services.GetRequiredService<MeterProvider>().ForceFlush())).ShouldBeTrue();
        var points = collector.Points.Where(point => point.Metric.StartsWith("ambassador.", StringComparison.Ordinal)).ToArray();
        points.Where(point => point.Metric == "ambassador.destination.in_flight").Select(point => point.Attributes["destination"]).Order()
            .ShouldBe(scrape.LabelValues("destination").Order());
        points.SelectMany(point => point.Attributes).ShouldAllBe(attribute => attribute.Key != "otel.metric.overflow");
        points.Where(point => point.Attributes.ContainsKey("cluster")).ShouldAllBe(point => point.Attributes["cluster"].StartsWith($"c-{round}-", StringComparison.Ordinal));
        points.Count(point => point.Metric == ClusterTimes.AttemptDuration).ShouldBe(1);
    }

    private static AmbassadorSetup Write(AmbassadorSetup setup, Uri one, int round)
    {
        var destinations = (int cluster) => string.Join(", ", Enumerable.Range(0, DestinationsPerCluster).Select(i => $$""" "d-{{round}}-{{cluster}}-{{i}}": { "Address": "{{one}}" } """));
        var clusters = string.Join(", ", Enumerable.Range(0, Clusters).Select(i => $$""" "c-{{round}}-{{i}}": { "Destinations": { {{destinations(i)}} } } """));
        return setup.WithFile($$"""
            { "ReverseProxy": { "Routes": { "r-{{round}}": { "ClusterId": "c-{{round}}-0", "Match": { "Path": "{**any}" } } }, "Clusters": { {{clusters}} } } }
            """);
    }
}
