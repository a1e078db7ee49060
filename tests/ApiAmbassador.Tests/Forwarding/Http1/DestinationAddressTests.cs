using ApiAmbassador.Forwarding.Http1;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Forwarding.Http1;

public class DestinationAddressTests
{
    private static readonly ClusterConfig Cluster = new() { ClusterId = "api" };

    [Theory]
    [InlineData("http://one", "one", 80, "one", "")]
    [InlineData("http://one/", "one", 80, "one", "")]
    [InlineData("HTTP://One:80/", "one", 80, "one", "")]
    [InlineData("http://one:81", "one", 81, "one:81", "")]
    [InlineData("http://10.1.2.3:81/a/b/", "10.1.2.3", 81, "10.1.2.3:81", "/a/b")]
    [InlineData("http://one/a", "one", 80, "one", "/a")]
    [InlineData("http://one//", "one", 80, "one", "/")] // As YARP, which takes one slash off.
    [InlineData("http://one/a%2Fb/", "one", 80, "one", "/a%2Fb")]
    [InlineData("http://[::1]:81/", "::1", 81, "[::1]:81", "")]
    public void Address_says_where_to_connect_how_it_is_called_and_what_stands_before_paths(string address, string connect, int port, string host, string prefix)
    {
        var it = Of(address).ShouldNotBeNull();

        (it.Cluster, it.EndPoint.Host, it.EndPoint.Port).ShouldBe(("api", connect, port));
        (it.Host, it.Prefix, it.PathPrefix).ShouldBe((host, address, prefix));
    }

    [Theory]
    [InlineData("https://one/")]
    [InlineData("one:80")]
    [InlineData("ftp://one/")]
    [InlineData("http://")]
    [InlineData("http:///a")]
    [InlineData("http://b\u00fccher/")]
    [InlineData("http://one/\u00e4")]
    [InlineData("http://one/a b")]
    [InlineData("http://one/a\r\nX: y")]
    [InlineData("http://one/?a")]
    [InlineData("http://one/#a")]
    [InlineData("http://one\\a")]
    [InlineData("http://user@one/")]
    [InlineData("http://one:99999/")]
    public void Address_that_is_more_than_plain_is_none(string address) => Of(address).ShouldBeNull();

    [Theory]
    [InlineData("shop.example", "shop.example")]
    [InlineData("shop.example:81", "shop.example:81")]
    [InlineData("", "one")]
    [InlineData(null, "one")]
    public void Host_is_the_destinations_own_where_it_has_one(string? own, string host) => Of("http://one/", own).ShouldNotBeNull().Host.ShouldBe(host);

    [Theory]
    [InlineData("b\u00fccher.example")]
    [InlineData("shop.example\r\nX-Injected: 1")] // It would be a line of its own.
    [InlineData("shop.example\n")]
    [InlineData("shop\0example")]
    public void Host_that_cannot_stand_in_its_line_is_left_to_yarp(string own) => Of("http://one/", own).ShouldBeNull();

    [Fact]
    public void Same_settings_are_the_same_address()
    {
        Of("http://one/").ShouldBe(Of("http://one/"));
        Of("http://one/").ShouldNotBe(Of("http://one"));
        Of("http://one/").ShouldNotBe(Of("http://one/", "shop.example"));
    }

    private static DestinationAddress? Of(string address, string? host = null) => DestinationAddress.Of(Cluster, new DestinationConfig { Address = address, Host = host });
}
