using ApiAmbassador.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>What moves under its name is for tests with YARP around, which alone can move it.</summary>
public class SeenDestinationsTests
{
    private readonly ClusterState _cluster = new("one");
    private readonly SeenDestinations _seen = new();

    [Fact]
    public void What_came_is_told_once()
    {
        Add("a");
        Add("b");

        Look().ShouldBe(["+a", "+b"]);
        Look().ShouldBeEmpty();
    }

    [Fact]
    public void What_went_is_told_once_and_what_stays_is_not()
    {
        Add("a");
        Add("b");
        Look();

        _cluster.Destinations.Remove("a", out _);

        Look().ShouldBe(["-a"]);
        Look().ShouldBeEmpty();
    }

    [Fact]
    public void One_that_came_as_another_went_is_not_taken_for_it()
    {
        Add("a");
        Add("b");
        Look();

        _cluster.Destinations.Remove("a", out _);
        _cluster.Destinations.Remove("b", out _);
        Add("a");
        Add("c");

        Look().ShouldBe(["+a", "+c", "-a", "-b"]);
    }

    [Fact]
    public void Cluster_that_is_forgotten_has_all_gone()
    {
        Add("a");
        Look();

        _seen.Forget(_cluster).Select(change => (change.Destination.DestinationId, change.Before, change.Now)).ShouldBe([("a", "http://a:80", null)]);
        _seen.Forget(_cluster).ShouldBeEmpty();
        Look().ShouldBe(["+a"]);
    }

    private void Add(string id) => _cluster.Destinations[id] = new DestinationState(id, new DestinationModel(new DestinationConfig { Address = $"http://{id}:80" }));

    private string[] Look() =>
        [.. _seen.Look(_cluster).Select(change => (change.Before is null ? "+" : change.Now is null ? "-" : "~") + change.Destination.DestinationId).Order(StringComparer.Ordinal)];
}
