using ApiAmbassador.Names;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Names;

public class ResolvConfTests
{
    [Theory]
    [InlineData("", "127.0.0.1:53")]
    [InlineData("nameserver 10.0.0.2\n", "10.0.0.2:53")]
    [InlineData("nameserver\t10.0.0.2 trailing\r\nnameserver fd00::1", "10.0.0.2:53 [fd00::1]:53")]
    [InlineData("nameserver fe80::1%3\n", "[fe80::1%3]:53")]
    [InlineData("nameserver fe80::1%lo\n", "[fe80::1%1]:53")]
    [InlineData("nameserver 0.0.0.0\nnameserver ::", "127.0.0.1:53 [::1]:53")]
    [InlineData("nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4", "10.0.0.1:53 10.0.0.2:53 10.0.0.3:53")]
    [InlineData("nameserver dns.internal\nnameserver [fd00::1]\nnameserver\nnameserver 10.0.0.2", "10.0.0.2:53")]
    [InlineData("# nameserver 10.0.0.1\n;nameserver 10.0.0.1\n#nameserver 10.0.0.1\n nameserver 10.0.0.1", "127.0.0.1:53")]
    [InlineData("NAMESERVER 10.0.0.1\nnameservers 10.0.0.1\nsortlist 10.0.0.0", "127.0.0.1:53")]
    public void Servers_are_the_first_three_addresses(string text, string servers) =>
        string.Join(' ', ResolvConf.Parse(text).Servers).ShouldBe(servers);

    [Theory]
    [InlineData("", "")]
    [InlineData("search a.test b.test", "a.test b.test")]
    [InlineData("search A.test. \t b.test", "a.test b.test")]
    [InlineData("domain a.test b.test", "a.test")]
    [InlineData("search a.test\ndomain b.test", "b.test")]
    [InlineData("domain b.test\nsearch a.test", "a.test")]
    [InlineData("search a.test\nsearch", "")]
    [InlineData("search a/b b.test", "b.test")]
    public void Search_list_is_the_last_one(string text, string search) => string.Join(' ', ResolvConf.Parse(text).Search).ShouldBe(search);

    [Fact]
    public void Search_list_may_have_the_root_and_has_a_bound()
    {
        ResolvConf.Parse("search .").Search.ShouldBe([""]);
        ResolvConf.Parse("search " + string.Join(' ', Enumerable.Range(0, 1_000).Select(i => $"d{i}"))).Search.Count.ShouldBe(32);
    }

    [Theory]
    [InlineData("", 1, 1, 2)]
    [InlineData("options ndots:5 timeout:3 attempts:4", 5, 3, 4)]
    [InlineData("options ndots:0\noptions timeout:2", 0, 2, 2)]
    [InlineData("options ndots:16 timeout:31 attempts:6", 15, 30, 5)]
    [InlineData("options timeout:0 attempts:0", 1, 1, 1)]
    [InlineData("options ndots:-1 timeout:x attempts:", 1, 1, 2)]
    [InlineData("options ndots:99999999999 rotate use-vc edns0 ndots", 1, 1, 2)]
    public void Options_have_the_bounds_of_glibc(string text, int dots, int seconds, int attempts)
    {
        var settings = ResolvConf.Parse(text);

        (settings.Dots, settings.Timeout, settings.Attempts).ShouldBe((dots, TimeSpan.FromSeconds(seconds), attempts));
    }

    [Fact]
    public void File_is_read_as_it_is_now()
    {
        using var directory = new TempDirectory();
        var path = directory.Write("resolv.conf", "nameserver 10.0.0.1\n");
        ResolvConf.Read(path).Servers[0].Address.ToString().ShouldBe("10.0.0.1");

        directory.Write("resolv.conf", "nameserver 10.0.0.2\n");
        ResolvConf.Read(path).Servers[0].Address.ToString().ShouldBe("10.0.0.2");
    }

    [Fact]
    public void File_that_is_not_there_is_an_empty_one()
    {
        using var directory = new TempDirectory();

        ResolvConf.Read(Path.Combine(directory.Path, "resolv.conf")).Servers.ShouldHaveSingleItem().ToString().ShouldBe("127.0.0.1:53");
        ResolvConf.Read(directory.Path).Servers.ShouldHaveSingleItem().ToString().ShouldBe("127.0.0.1:53");
    }

    [Theory]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public void File_has_at_most_64_kibibytes(int length, bool isRead)
    {
        using var directory = new TempDirectory();
        var path = directory.Write("resolv.conf", "nameserver 10.0.0.1\n".PadRight(length));

        if (isRead)
        {
            ResolvConf.Read(path).Servers[0].Address.ToString().ShouldBe("10.0.0.1");
        }
        else
        {
            Should.Throw<NameResolutionException>(() => ResolvConf.Read(path)).Message.ShouldEndWith("is larger than 64 KiB");
        }
    }
}
