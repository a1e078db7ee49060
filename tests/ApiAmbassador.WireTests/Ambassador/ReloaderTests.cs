using System.Runtime.CompilerServices;
using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.WireTests.Destinations;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The control path under traffic: what a second configuration does to an ambassador that is running.</summary>
public class ReloaderTests
{
    [Fact]
    public async Task Apply_destinationJoins_isProbedAtOnceNotAnIntervalLater()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup();
        const string probed = """ "HealthCheck": { "Active": { "Enabled": true, "Path": "/health", "Interval": "01:00:00" } } """;
        await using var ambassador = await RunningAmbassador.StartAsync(setup.WithCluster(probed, ("one", one.Address)));
        await one.WaitForAsync(destination => destination.RequestCount == 1);

        await ApplyAsync(ambassador, setup.WithCluster(probed, ("one", one.Address), ("two", two.Address)));

        await two.WaitForAsync(destination => destination.Requests.Any(request => request.Target == "/health"));
    }

    [Fact]
    public async Task Apply_weightsChange_takeEffectWithoutARestart()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var two = ScriptedDestination.Start("two", Reply.Ok("two"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}=3, {two.Address}=1");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        (await ambassador.CountAnswersAsync(8)).ShouldBe(new Dictionary<string, int> { ["one"] = 6, ["two"] = 2 }, ignoreOrder: true);

        await ApplyAsync(ambassador, setup.With("AMBASSADOR_DESTINATIONS", $"{one.Address}=0, {two.Address}=1"));

        (await ambassador.CountAnswersAsync(8)).ShouldBe(new Dictionary<string, int> { ["two"] = 8 });
    }

    [Fact]
    public async Task Apply_splitChanges_takesEffectWithoutARestart()
    {
        await using var v1 = ScriptedDestination.Start("v1", Reply.Ok("v1"));
        await using var v2 = ScriptedDestination.Start("v2", Reply.Ok("v2"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(Split(100, 0));
        (await ambassador.CountAnswersAsync(20)).ShouldBe(new Dictionary<string, int> { ["v1"] = 20 });

        await ApplyAsync(ambassador, Split(0, 100));

        (await ambassador.CountAnswersAsync(20)).ShouldBe(new Dictionary<string, int> { ["v2"] = 20 });

        AmbassadorSetup Split(int first, int second) => setup.WithFile(
            $$"""
            {
              "ReverseProxy": {
                "Routes": { "api": { "Match": { "Path": "{**any}" }, "Split": { "Clusters": { "v1": {{first}}, "v2": {{second}} } } } },
                "Clusters": {
                  "v1": { "Destinations": { "one": { "Address": "{v1}" } } },
                  "v2": { "Destinations": { "one": { "Address": "{v2}" } } }
                }
              }
            }
            """,
            ("v1", v1.Address), ("v2", v2.Address));
    }

    [Fact]
    public async Task Apply_refusedConfiguration_changesNothing()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        await using var ambassador = await RunningAmbassador.StartAsync(setup);
        var before = ambassador.Services.GetRequiredService<SnapshotStore>().Current;

        var reloader = ambassador.Services.GetRequiredService<ConfigReloader>();
        (await reloader.ApplyAsync(ConfigGatherer.Gather(setup.WithFile("{ \"ReverseProxy\": { \"Rutes\": {} } }").Sources))).ShouldHaveSingleItem();

        ambassador.Services.GetRequiredService<SnapshotStore>().Current.ShouldBeSameAs(before);
        (await ambassador.GetAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task Apply_manyTimes_nothingOfTheOldOnesIsKept()
    {
        const int reloads = 100;
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup();
        await using var ambassador = await RunningAmbassador.StartAsync(Text(0));
        var old = new List<WeakReference>();
        for (var i = 1; i <= reloads; i++)
        {
            Remember(ambassador, old);
            await ApplyAsync(ambassador, Text(i));
            (await ambassador.GetAsync()).ShouldBe("one");
        }

        // Whoever left is looked after for a second; a request may still hold what it read.
        await Eventually.SeesAsync(Alive, alive => alive <= old.Count / 20);

        int Alive()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return old.Count(reference => reference.IsAlive);
        }

        AmbassadorSetup Text(int reload) => setup.WithFile(
            $$"""
            { "ReverseProxy": { "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Order": {{reload}} } },
                                "Clusters": { "api": { "Destinations": { "d{{reload}}": { "Address": "{one}" } } }, "c{{reload}}": { "Destinations": { "it": { "Address": "{one}" } } } } } }
            """,
            ("one", one.Address));
    }

    internal static double WeightOf(RunningAmbassador ambassador, string destination) =>
        DestinationWeight.Of(ambassador.Services.GetRequiredService<SnapshotStore>().Current.Clusters["api"].Config.Destinations![destination]);

    /// <summary>The snapshot, YARP's clusters and their destinations. Not in the caller, whose variables would keep them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Remember(RunningAmbassador ambassador, List<WeakReference> references)
    {
        references.Add(new WeakReference(ambassador.Services.GetRequiredService<SnapshotStore>().Current));
        foreach (var cluster in ambassador.Services.GetRequiredService<IProxyStateLookup>().GetClusters())
        {
            references.Add(new WeakReference(cluster.Model));
            references.AddRange(cluster.Destinations.Values.Select(destination => new WeakReference(destination)));
        }
    }

    private static async Task ApplyAsync(RunningAmbassador ambassador, AmbassadorSetup setup)
    {
        var errors = await ambassador.Services.GetRequiredService<ConfigReloader>().ApplyAsync(ConfigGatherer.Gather(setup.Sources));
        errors.ShouldBeEmpty();
    }
}
