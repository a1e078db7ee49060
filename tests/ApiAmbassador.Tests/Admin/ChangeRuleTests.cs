using System.Net;
using ApiAmbassador.Admin;
using Microsoft.AspNetCore.Http;

namespace ApiAmbassador.Tests.Admin;

public class ChangeRuleTests
{
    private const string Token = "0123456789abcdef";

    private static readonly ChangeRequest FromHere = new(
        IPAddress.Loopback, "http", new HostString("localhost", 9900), Origin: null, FetchSite: null, IsForwarded: false, Authorization: null, "application/json");

    [Theory]
    [InlineData("127.0.0.1", "localhost:9900")]
    [InlineData("127.0.0.1", "LOCALHOST")]
    [InlineData("127.8.9.10", "127.8.9.10:1")]
    [InlineData("::1", "[::1]:9900")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1:9900")]
    public void Without_a_token_this_machine_by_a_loopback_name_may(string remote, string host) =>
        Refuse(FromHere with { RemoteAddress = IPAddress.Parse(remote), Host = new HostString(host) }).ShouldBeNull();

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1")]
    [InlineData(null)]
    public void Without_a_token_nobody_else_may(string? remote) =>
        Refuse(FromHere with { RemoteAddress = remote is null ? null : IPAddress.Parse(remote) })!.Status.ShouldBe(403);

    [Theory]
    [InlineData("")]
    [InlineData("evil.example:9900")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("127.1")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    public void Without_a_token_a_name_that_may_have_been_made_to_lead_here_is_refused(string host) =>
        Refuse(FromHere with { Host = new HostString(host) })!.Status.ShouldBe(403);

    [Theory]
    [InlineData("http://localhost:9900", true)]
    [InlineData("http://localhost:3000", false)]
    [InlineData("https://localhost:9900", false)]
    [InlineData("http://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void Without_a_token_only_our_own_page_may(string origin, bool may) =>
        (Refuse(FromHere with { Origin = origin }) is null).ShouldBe(may);

    [Theory]
    [InlineData("same-origin", true)]
    [InlineData("none", true)]
    [InlineData("same-site", false)]
    [InlineData("cross-site", false)]
    [InlineData("", false)]
    public void Without_a_token_what_a_browser_says_of_the_page_counts(string site, bool may) =>
        (Refuse(FromHere with { FetchSite = site }) is null).ShouldBe(may);

    [Fact]
    public void Without_a_token_what_came_through_a_proxy_is_refused() =>
        Refuse(FromHere with { IsForwarded = true })!.Status.ShouldBe(403);

    [Fact]
    public void Token_that_is_shown_opens_from_anywhere() =>
        Refuse(FromHere with { RemoteAddress = IPAddress.Parse("10.0.0.1"), Host = new HostString("api"), Authorization = $"bearer {Token}" }, Token).ShouldBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer 0123456789abcdeF")]
    [InlineData("Bearer 0123456789abcde")]
    [InlineData("Bearer 0123456789abcdef0")]
    [InlineData("Basic 0123456789abcdef")]
    [InlineData("0123456789abcdef")]
    public void Where_a_token_is_set_nothing_else_opens_even_from_here(string? authorization) =>
        Refuse(FromHere with { Authorization = authorization }, Token)!.Status.ShouldBe(401);

    [Theory]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("APPLICATION/JSON", true)]
    [InlineData("text/plain", false)]
    [InlineData("application/x-www-form-urlencoded", false)]
    [InlineData("application/jsonp", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_JSON_is_taken(string? type, bool taken)
    {
        (Refuse(FromHere with { ContentType = type })?.Status).ShouldBe(taken ? null : 415);
        (Refuse(FromHere with { ContentType = type, Authorization = $"Bearer {Token}" }, Token)?.Status).ShouldBe(taken ? null : 415);
    }

    private static ChangeRefusal? Refuse(ChangeRequest request, string? token = null) => ChangeRule.Refuse(request, token);
}
