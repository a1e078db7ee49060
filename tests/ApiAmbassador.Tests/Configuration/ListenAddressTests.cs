using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class ListenAddressTests
{
    [Theory]
    [InlineData("http://*:8080", false, null, false, 8080)]
    [InlineData("http://+:8080", false, null, false, 8080)]
    [InlineData("HTTPS://*:8443/", true, null, false, 8443)]
    [InlineData("http://*", false, null, false, 80)]
    [InlineData("https://*", true, null, false, 443)]
    [InlineData("http://LocalHost:80", false, null, true, 80)]
    [InlineData("http://127.0.0.1:0", false, "127.0.0.1", false, 0)]
    [InlineData("http://0.0.0.0:65535", false, "0.0.0.0", false, 65_535)]
    [InlineData("http://[::1]:8080", false, "::1", false, 8080)]
    [InlineData("http://[::]", false, "::", false, 80)]
    public void Address_is_read(string text, bool isHttps, string? address, bool isLocalhost, int port)
    {
        ListenAddress.TryParse(text, out var read).ShouldBeNull();

        read!.IsHttps.ShouldBe(isHttps);
        read.Address?.ToString().ShouldBe(address);
        read.IsLocalhost.ShouldBe(isLocalhost);
        read.Port.ShouldBe(port);
    }

    [Theory]
    [InlineData("", "is not an address to listen on")]
    [InlineData("*:8080", "is not an address to listen on")]
    [InlineData("8080", "is not an address to listen on")]
    [InlineData("ftp://*:21", "is not an address to listen on")]
    [InlineData("http://", "is not an address of this machine")]
    [InlineData("http://8080", "is not an address of this machine")] // As a number it would be the address 0.0.31.144.
    [InlineData("http://:8080", "is not an address of this machine")]
    [InlineData("http://shop.example:80", "'shop.example' in 'http://shop.example:80' is not an address of this machine")]
    [InlineData("http://*:", "is not a port")]
    [InlineData("http://*:-1", "is not a port")]
    [InlineData("http://*:65536", "'65536' in 'http://*:65536' is not a port; it is a number from 0 to 65535")]
    [InlineData("http://*:8080/path", "is not a port")]
    [InlineData("http://localhost:0", "two address families at once; use http://127.0.0.1:0")]
    public void What_is_no_address_to_listen_on_is_explained(string text, string fragment)
    {
        ListenAddress.TryParse(text, out var read).ShouldNotBeNull().ShouldContain(fragment);
        read.ShouldBeNull();
    }
}
