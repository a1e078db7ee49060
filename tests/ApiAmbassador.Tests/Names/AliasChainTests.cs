using System.Net;
using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class AliasChainTests
{
    private static readonly DnsQuestion Question = new("a", DnsType.A);

    [Fact]
    public void Records_of_the_name_and_type_answer()
    {
        AliasChain.Follow([Address("a", "10.0.0.1"), Address("a", "fd00::1"), Address("b", "10.0.0.2")], Question, out var end)
            .ShouldBe([Address("a", "10.0.0.1")]);
        end.ShouldBe("a");
    }

    [Fact]
    public void Aliases_are_followed_in_any_order()
    {
        AliasChain.Follow([new AliasRecord("b", "c"), Address("c", "10.0.0.1"), new AliasRecord("a", "b")], Question, out _)
            .ShouldBe([Address("c", "10.0.0.1")]);
    }

    [Fact]
    public void Alias_that_leaves_the_answer_says_where_to_go_on()
    {
        AliasChain.Follow([new AliasRecord("a", "b"), new AliasRecord("b", "elsewhere")], Question, out var end).ShouldBeEmpty();
        end.ShouldBe("elsewhere");
    }

    [Fact]
    public void Nothing_about_the_name_is_nothing()
    {
        AliasChain.Follow([Address("b", "10.0.0.1")], Question, out var end).ShouldBeEmpty();
        end.ShouldBe("a");
    }

    [Fact]
    public void Aliases_in_a_circle_are_refused()
    {
        Should.Throw<DnsFormatException>(() => AliasChain.Follow([new AliasRecord("a", "b"), new AliasRecord("b", "a")], Question, out _));
        Should.Throw<DnsFormatException>(() => AliasChain.Follow([new AliasRecord("a", "a")], Question, out _));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Aliases_end_after_16(int aliases, bool isFound)
    {
        var records = Enumerable.Range(0, aliases).Select(i => (DnsRecord)new AliasRecord(i == 0 ? "a" : $"a{i}", $"a{i + 1}"))
            .Append(Address($"a{aliases}", "10.0.0.1")).ToList();

        if (isFound)
        {
            AliasChain.Follow(records, Question, out _).Count.ShouldBe(1);
        }
        else
        {
            Should.Throw<DnsFormatException>(() => AliasChain.Follow(records, Question, out _));
        }
    }

    private static AddressRecord Address(string name, string address) => new(name, IPAddress.Parse(address));
}
