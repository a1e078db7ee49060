using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class DnsNameTests
{
    [Theory]
    [InlineData("api", "api")]
    [InlineData("API.Test.", "api.test")]
    [InlineData("_api._tcp.prod-1.internal", "_api._tcp.prod-1.internal")]
    [InlineData("xn--bcher-kva.test", "xn--bcher-kva.test")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123", "123456789012345678901234567890123456789012345678901234567890123")]
    public void Name_is_in_lower_case_and_without_the_last_dot(string text, string name)
    {
        DnsName.TryNormalise(text, out var read).ShouldBeTrue();
        read.ShouldBe(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a..")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a:1")]
    [InlineData("*.test")]
    [InlineData("b\u00fccher.test")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void Anything_else_is_not_a_name(string text) => DnsName.TryNormalise(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void Name_has_at_most_253_letters(int letters, bool isName)
    {
        var text = string.Concat(Enumerable.Repeat("a.", letters / 2)) + (letters % 2 == 0 ? "" : "a");
        text = letters % 2 == 0 ? text[..^2] + "aa" : text;
        text.Length.ShouldBe(letters);

        DnsName.TryNormalise(text, out _).ShouldBe(isName);
    }
}
