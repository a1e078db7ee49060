using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Where a program on the same machine finds a listener.</summary>
public class ListenAddressFromHereTests
{
    [Theory]
    [InlineData("http://*:9900", "http://127.0.0.1:9900/")]
    [InlineData("https://+:9900", "https://127.0.0.1:9900/")]
    [InlineData("http://0.0.0.0:9900", "http://127.0.0.1:9900/")]
    [InlineData("http://[::]:9900", "http://[::1]:9900/")]
    [InlineData("http://localhost:9900", "http://127.0.0.1:9900/")]
    [InlineData("http://10.0.0.1:9900", "http://10.0.0.1:9900/")]
    [InlineData("https://[2001:db8::1]", "https://[2001:db8::1]/")]
    public void FromHere_everyInterfaceIsTheLoopbackOne_anAddressIsItself(string listen, string expected)
    {
        ListenAddress.TryParse(listen, out var address).ShouldBeNull();

        address!.FromHere.AbsoluteUri.ShouldBe(expected);
    }
}
