using ApiAmbassador.Routing;

namespace ApiAmbassador.Tests.Routing;

public class SplitKeyTests
{
    [Theory]
    [InlineData("None", "None", "")]
    [InlineData("clientaddress", "ClientAddress", "")]
    [InlineData("Header:X-User", "Header", "X-User")]
    [InlineData("cookie: session ", "Cookie", "session")]
    [InlineData("Header:a:b", "Header", "a:b")]
    public void Key_is_read(string text, string kind, string name)
    {
        SplitKey.TryParse(text, out var key).ShouldBeTrue();

        (key.Kind.ToString(), key.Name).ShouldBe((kind, name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Header")]
    [InlineData("Header:")]
    [InlineData("Cookie: ")]
    [InlineData("ClientAddress:")]
    [InlineData("None:x")]
    [InlineData("7")]
    [InlineData("User:x")]
    public void What_is_no_key_is_refused_and_means_none(string text)
    {
        SplitKey.TryParse(text, out var key).ShouldBeFalse();

        key.ShouldBeSameAs(SplitKey.None);
    }
}
