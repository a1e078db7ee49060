using ApiAmbassador.Balancing;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class FoundDestinationsTests
{
    [Fact]
    public void Name_becomes_its_addresses_and_stays_the_host()
    {
        var laid = Over(
            [("one", "http://backend:8081/base/")],
            Found(("one", ["10.0.0.3", "fd00::7"])));

        Shown(laid).ShouldBe(
        [
            "one[10.0.0.3] http://10.0.0.3:8081/base/ backend:8081 weight 0.5",
            "one[fd00::7] http://[fd00::7]:8081/base/ backend:8081 weight 0.5",
        ]);
    }

    [Theory]
    [InlineData("http://backend", "backend")]
    [InlineData("https://backend", "backend")]
    [InlineData("https://backend:8443", "backend:8443")]
    [InlineData("http://backend:443", "backend:443")]
    public void Host_names_the_port_where_it_is_not_the_scheme_s_own(string address, string host)
    {
        Over([("one", address)], Found(("one", ["10.0.0.3"]))).Single().Value.Host.ShouldBe(host);
    }

    [Fact]
    public void Host_that_is_configured_stays()
    {
        var configured = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = "http://backend:80", Host = "virtual" } };

        FoundDestinations.Over(configured, Names(configured), Found(("one", ["10.0.0.3"]))).Single().Value.Host.ShouldBe("virtual");
    }

    [Theory]
    [InlineData("http://backend:9000/ping", "http://10.0.0.3:9000/ping")]
    [InlineData("http://elsewhere:9000/ping", "http://elsewhere:9000/ping")]
    [InlineData(null, null)]
    public void Probes_at_the_same_host_go_with_it(string? health, string? expected)
    {
        var configured = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = "http://backend:80", Health = health } };

        FoundDestinations.Over(configured, Names(configured), Found(("one", ["10.0.0.3"]))).Single().Value.Health.ShouldBe(expected);
    }

    [Fact]
    public void Name_without_an_address_is_left_out_as_long_as_there_is_anybody_else()
    {
        (string, string)[] configured = [("one", "http://a"), ("two", "http://b"), ("three", "http://10.0.0.9")];

        Over(configured, Found(("one", ["10.0.0.1"]))).Keys.ShouldBe(["one[10.0.0.1]", "three"]);
        Over(configured, Found()).Keys.ShouldBe(["three"]);
        Over(configured[..2], Found()).Keys.ShouldBe(["one", "two"]);
    }

    [Fact]
    public void Name_that_leads_to_ourselves_is_nobody_even_where_nobody_else_is()
    {
        Over([("one", "http://api")], Found() with { Looping = new HashSet<string> { "one" } }).ShouldBeEmpty();
    }

    [Fact]
    public void What_sources_name_is_called_by_its_place_and_an_address_of_a_name_keeps_the_name_as_host()
    {
        var found = Found() with
        {
            Instances =
            [
                new(new Instance("http", "10.0.0.1", 8080), null),
                new(new Instance("https", "fd00::1", 443, Weight: 3, Priority: 2, Zone: "b"), "node1.internal"),
                new(new Instance("http", "10.0.0.2", 8080), "node2.internal"),
                new(new Instance("http", "10.0.0.1", 8080, Weight: 9), null),
            ],
        };

        var laid = Over([("one", "http://10.0.0.9")], found);

        Shown(laid).ShouldBe(
        [
            "one http://10.0.0.9  weight 1",
            "http://10.0.0.1:8080 http://10.0.0.1:8080/  weight 1",
            "https://[fd00::1]:443 https://[fd00::1]:443/ node1.internal weight 3",
            "http://10.0.0.2:8080 http://10.0.0.2:8080/ node2.internal:8080 weight 1",
        ]);
        DestinationLocality.PriorityOf(laid["https://[fd00::1]:443"]).ShouldBe(2);
        DestinationLocality.ZoneOf(laid["https://[fd00::1]:443"]).ShouldBe("b");
    }

    [Fact]
    public void Weight_of_a_name_is_shared_by_its_addresses_and_zero_stays_zero()
    {
        var configured = new Dictionary<string, DestinationConfig>
        {
            ["three"] = new() { Address = "http://a", Metadata = DestinationWeight.With(null, 3) },
            ["none"] = new() { Address = "http://b", Metadata = DestinationWeight.With(null, 0) },
            ["single"] = new() { Address = "http://c" },
        };

        var laid = FoundDestinations.Over(configured, Names(configured), Found(("three", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]), ("none", ["10.0.1.1", "10.0.1.2"]), ("single", ["10.0.2.1"])));

        laid.Select(item => DestinationWeight.Of(item.Value)).ShouldBe([1, 1, 1, 0, 0, 1]);
        laid["single[10.0.2.1]"].Metadata.ShouldBeNull();
    }

    [Theory]
    [InlineData("one[10.0.0.1]", "one")]
    [InlineData("one[fd00::1]", "one")]
    [InlineData("one", "one")]
    [InlineData("http://[fd00::1]:80", "http://[fd00::1]:80")]
    [InlineData("[odd]", "[odd]")]
    public void Configured_id_is_what_stands_before_the_address(string id, string expected)
    {
        FoundDestinations.ConfiguredIdOf(id).ShouldBe(expected);
    }

    private static Dictionary<string, DestinationConfig> Over((string Id, string Address)[] configured, FoundCluster found)
    {
        var destinations = configured.ToDictionary(item => item.Id, item => new DestinationConfig { Address = item.Address });
        return FoundDestinations.Over(destinations, Names(destinations), found);
    }

    private static Dictionary<string, FollowedName> Names(Dictionary<string, DestinationConfig> destinations) =>
        (from item in destinations
         let uri = new Uri(item.Value.Address)
         where FollowedName.CanMove(uri.IdnHost)
         select (item.Key, new FollowedName(uri.IdnHost, uri.Port))).ToDictionary();

    private static FoundCluster Found(params (string Id, string[] Addresses)[] addresses) =>
        FoundCluster.Nothing with { Addresses = addresses.ToDictionary(item => item.Id, item => (IReadOnlyList<string>)item.Addresses) };

    private static string[] Shown(Dictionary<string, DestinationConfig> destinations) =>
        [.. destinations.Select(item => $"{item.Key} {item.Value.Address} {item.Value.Host} weight {DestinationWeight.Of(item.Value)}")];
}
