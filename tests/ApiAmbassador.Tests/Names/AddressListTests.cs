using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class AddressListTests
{
    [Theory]
    [InlineData("10.0.0.2 10.0.0.1 9.0.0.1 10.0.0.2", "9.0.0.1 10.0.0.1 10.0.0.2")]
    [InlineData("fd00::2 200.0.0.1 fd00::1", "200.0.0.1 fd00::1 fd00::2")]
    [InlineData("::ffff:10.0.0.1 10.0.0.1", "10.0.0.1")]
    [InlineData("fe80::1%3 fe80::1%2 fe80::1%3", "fe80::1%2 fe80::1%3")]
    [InlineData("0.0.0.0 0.1.2.3 224.0.0.1 255.255.255.255 :: ff02::1 ::ffff:0.0.0.0 127.0.0.1 ::1", "127.0.0.1 ::1")]
    [InlineData("", "")]
    public void List_is_in_order_with_each_host_once(string addresses, string list) => Of(addresses, AddressFamily.Unspecified).ShouldBe(list);

    [Theory]
    [InlineData(AddressFamily.InterNetwork, "10.0.0.1 10.0.0.2")]
    [InlineData(AddressFamily.InterNetworkV6, "fd00::1")]
    public void Other_family_does_not_count(AddressFamily family, string list) => Of("fd00::1 10.0.0.2 ::ffff:10.0.0.1", family).ShouldBe(list);

    [Fact]
    public void Shuffled_list_is_the_same_list()
    {
        const int seed = 5;
        var random = new Random(seed);
        var addresses = Enumerable.Range(1, 200).Select(i => i % 3 == 0 ? $"fd00::{i:x}" : $"10.0.{i % 7}.{i}").ToArray();
        var list = Of(string.Join(' ', addresses), AddressFamily.Unspecified);
        for (var i = 0; i < 20; i++)
        {
            random.Shuffle(addresses);
            Of(string.Join(' ', addresses), AddressFamily.Unspecified).ShouldBe(list, $"seed {seed}");
        }
    }

    private static string Of(string addresses, AddressFamily family) =>
        string.Join(' ', AddressList.Of(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse), family));
}
