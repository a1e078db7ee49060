using ApiAmbassador.Forwarding;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Tests.Forwarding;

public class TargetRuleTests
{
    [Theory]
    [InlineData(null, "{**any}", false, "Nothing")]
    [InlineData("", "/{**catch-all}", false, "Nothing")]
    [InlineData("{*any}", null, true, "Nothing")]
    [InlineData("{**any}", "/a/{**any}", false, "Route")]
    [InlineData("{**any}", "/{any}", false, "Route")]
    [InlineData("{**any}", "{**any:regex(a)}", false, "Route")]
    [InlineData("{**any}", "/a/{**any}", true, "Access")]
    public void WhatPathsDecide_followsThePatternsOfAllRoutes(string? one, string? two, bool isGuarded, string decides)
    {
        RouteConfig[] routes =
        [
            new() { RouteId = "one", Match = new RouteMatch { Path = one } },
            new() { RouteId = "two", Match = new RouteMatch { Path = two }, AuthorizationPolicy = isGuarded ? "staff" : null },
        ];

        TargetRule.WhatPathsDecide(routes).ToString().ShouldBe(decides);
    }

    [Theory]
    [InlineData("/a/b?c/../d#e", true, true, true)]
    [InlineData("/v1.2/.a/..b/...", true, true, true)]
    [InlineData("/%2e%2ea/%", true, true, true)]
    [InlineData("/%252e%252e%252f", true, true, true)] // Decoded once, by everybody, it has no dots.
    [InlineData("/a%2Fb", true, true, false)]
    [InlineData("/a%5cb", true, true, false)]
    [InlineData("/..", true, false, false)]
    [InlineData("/a/.", true, false, false)]
    [InlineData("/a/%2E./b", true, false, false)]
    [InlineData("/a%2f..%2Fb", true, false, false)]
    [InlineData("/a%5c..", true, false, false)]
    [InlineData("/a\\b", true, false, false)]
    [InlineData("/a#b", true, false, false)]
    [InlineData("", false, false, false)]
    [InlineData("/a b", false, false, false)]
    [InlineData("/a\r\nb", false, false, false)]
    [InlineData("/a?\u007f", false, false, false)]
    [InlineData("/\u00e9", false, false, false)]
    public void IsSentAsWritten_dependsOnWhatThePathDecides(string target, bool nothing, bool route, bool access)
    {
        TargetRule.IsSentAsWritten(target, PathDecides.Nothing).ShouldBe(nothing);
        TargetRule.IsSentAsWritten(target, PathDecides.Route).ShouldBe(route);
        TargetRule.IsSentAsWritten(target, PathDecides.Access).ShouldBe(access);
    }

    [Theory]
    [InlineData("/a?b", "/a?b")]
    [InlineData("//a//", "//a//")]
    [InlineData("http://api/a%2F", "/a%2F")]
    [InlineData("https://user@api:81/", "/")]
    [InlineData("http://api", "")]
    [InlineData("http://api?/a", "")]
    [InlineData("http://api\\x/a", "")]
    [InlineData("*", "")]
    [InlineData("api:443", "")]
    [InlineData("", "")]
    public void PathAndQuery_isTheTargetWithoutItsAuthority(string target, string expected) =>
        TargetRule.PathAndQuery(target).ToString().ShouldBe(expected);
}
