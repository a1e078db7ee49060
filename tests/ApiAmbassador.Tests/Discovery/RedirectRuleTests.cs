using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

public sealed class RedirectRuleTests
{
    [Theory]
    [InlineData("http://one/sd", "/sd/", "http://one/sd/")]
    [InlineData("http://one/a/b?x=1", "c", "http://one/a/c")]
    [InlineData("http://one/sd", "https://two/sd", "https://two/sd")]
    [InlineData("http://one/sd", "http://two:81/sd", "http://two:81/sd")]
    [InlineData("https://one/sd", "https://two/sd", "https://two/sd")]
    [InlineData("https://one/sd", "/other", "https://one/other")]
    [InlineData("http://one/sd", "http://user:password@two/", "http://two/")]
    [InlineData("https://one/sd", "//two/sd", "https://two/sd")]
    public void Redirect_is_followed(string place, string location, string next)
    {
        RedirectRule.Next(new Uri(place), new Uri(location, UriKind.RelativeOrAbsolute)).ShouldNotBeNull().AbsoluteUri.ShouldBe(next);
    }

    [Theory]
    [InlineData("https://one/sd", "http://one/sd")]
    [InlineData("http://one/sd", "file:///etc/passwd")]
    [InlineData("http://one/sd", "ftp://one/sd")]
    [InlineData("https://one/sd", "ws://one/sd")]
    public void Redirect_is_refused(string place, string location)
    {
        RedirectRule.Next(new Uri(place), new Uri(location, UriKind.RelativeOrAbsolute)).ShouldBeNull();
    }

    [Fact]
    public void Redirect_to_nowhere_is_refused() => RedirectRule.Next(new Uri("http://one/"), location: null).ShouldBeNull();
}
