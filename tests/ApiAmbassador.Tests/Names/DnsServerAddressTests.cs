using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class DnsServerAddressTests
{
    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2:53")]
    [InlineData("10.0.0.2:53", "10.0.0.2:53")]
    [InlineData("10.0.0.2:5353", "10.0.0.2:5353")]
    [InlineData("127.0.0.1:65535", "127.0.0.1:65535")]
    [InlineData("fd00::1", "[fd00::1]:53")]
    [InlineData("[fd00::1]", "[fd00::1]:53")]
    [InlineData("[fd00::1]:5353", "[fd00::1]:5353")]
    [InlineData("FD00:0::1", "[fd00::1]:53")]
    [InlineData("fe80::1%3", "[fe80::1%3]:53")]
    [InlineData("[fe80::1%3]:5353", "[fe80::1%3]:5353")]
    [InlineData("fe80::1%lo", "[fe80::1%1]:53")]
    [InlineData("::ffff:10.0.0.2", "10.0.0.2:53")]
    [InlineData("::1", "[::1]:53")]
    public void Address_with_or_without_a_port_is_read(string text, string server)
    {
        DnsServerAddress.TryParse(text, out var read).ShouldBeTrue();
        read.ToString().ShouldBe(server);
        DnsServerAddress.Problem(text).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("dns.internal")]
    [InlineData("dns.internal:53")]
    [InlineData("localhost")]
    [InlineData("10.0.0.2:")]
    [InlineData("10.0.0.2:0")]
    [InlineData("10.0.0.2:65536")]
    [InlineData("10.0.0.2:+53")]
    [InlineData("10.0.0.2: 53")]
    [InlineData("10.0.0.2:53:53")]
    [InlineData("10.0.0.2#53")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.2")]
    [InlineData("010.0.0.2")]
    [InlineData("0x0a.0.0.2")]
    [InlineData("1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("ff02::fb")]
    [InlineData("[10.0.0.2]:53")]
    [InlineData("[fd00::1")]
    [InlineData("[fd00::1]53")]
    [InlineData("[fd00::1]:")]
    [InlineData("[fd00::1]:0")]
    [InlineData("[[fd00::1]]:53")]
    [InlineData("[]:53")]
    [InlineData("udp://10.0.0.2:53")]
    public void Anything_else_is_refused_with_the_way_out(string text)
    {
        DnsServerAddress.TryParse(text, out _).ShouldBeFalse();
        DnsServerAddress.Problem(text).ShouldNotBeNull().ShouldStartWith($"'{text}' is not the address of a DNS server: it is an IP address");
    }
}
