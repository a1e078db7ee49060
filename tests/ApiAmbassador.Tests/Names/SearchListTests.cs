using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class SearchListTests
{
    [Theory]
    [InlineData("api", 1, "api.a.test api.b.test api")]
    [InlineData("api", 0, "api api.a.test api.b.test")]
    [InlineData("API.", 1, "api")]
    [InlineData("api.prod", 1, "api.prod api.prod.a.test api.prod.b.test")]
    [InlineData("api.prod", 2, "api.prod.a.test api.prod.b.test api.prod")]
    [InlineData("api.prod.svc", 2, "api.prod.svc api.prod.svc.a.test api.prod.svc.b.test")]
    [InlineData("api.prod.", 5, "api.prod")]
    public void Names_are_tried_in_order(string name, int dots, string tried)
    {
        var settings = new ResolverSettings { Search = ["a.test", "b.test"], Dots = dots };

        string.Join(' ', SearchList.Of(name, settings)).ShouldBe(tried);
    }

    [Fact]
    public void Root_in_the_list_is_the_name_as_it_is() =>
        SearchList.Of("api", new ResolverSettings { Search = ["", "a.test"] }).ShouldBe(["api", "api.a.test"]);

    [Theory]
    [InlineData("domain.test", 2)] // 253 letters.
    [InlineData("domains.test", 1)]
    public void Domain_that_makes_it_too_long_is_left_out(string domain, int tried)
    {
        var name = string.Concat(Enumerable.Repeat("a.", 120)) + "a";

        SearchList.Of(name, new ResolverSettings { Search = [domain], Dots = 150 }).Count.ShouldBe(tried);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a b")]
    [InlineData("a..b")]
    public void What_is_no_name_is_told(string name) =>
        Should.Throw<NameResolutionException>(() => SearchList.Of(name, new ResolverSettings())).Message.ShouldStartWith($"'{name}' is not a name");
}
