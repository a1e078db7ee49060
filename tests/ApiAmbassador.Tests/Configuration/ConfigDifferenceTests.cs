using System.Text.Json.Nodes;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class ConfigDifferenceTests
{
    [Fact]
    public void Same_content_has_no_difference()
    {
        Of(Settings.Valid, Settings.Valid + "\n// with a comment").ShouldBeEmpty();
    }

    [Fact]
    public void Destinations_that_come_go_and_weigh_more_are_one_line_of_their_cluster()
    {
        Of(Settings.Valid, Settings.With("ReverseProxy:Clusters:two:Destinations", """
            { "a": { "Address": "http://10.0.0.1:8080", "Weight": 5 }, "c": { "Address": "http://10.0.0.3:8080" } }
            """)).ShouldBe(["cluster two: weight of a 3 → 5, -b, +c (http://10.0.0.3:8080)"]);
    }

    [Theory]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Address", "\"http://u:pass@10.9.9.9\"", "cluster one: address of a http://10.0.0.1:8080 → http://(redacted)@10.9.9.9")]
    [InlineData("ReverseProxy:Clusters:two:Destinations:a:Weight", "1", "cluster two: weight of a 3 → 1")]
    [InlineData("ReverseProxy:Clusters:one:Destinations:a:Host", "\"shop\"", "cluster one: a changed")]
    [InlineData("ReverseProxy:Clusters:one:CircuitBreaker", """{ "ConsecutiveFailures": 9 }""", "cluster one: CircuitBreaker changed")]
    [InlineData("ReverseProxy:Clusters:new", """{ "Destinations": { "x": { "Address": "http://x" } } }""", "+cluster new: +x (http://x)")]
    [InlineData("ReverseProxy:Routes:plain:Retry", """{ "MaxAttempts": 1 }""", "route plain: changed (Retry)")]
    [InlineData("ReverseProxy:Routes:new", """{ "ClusterId": "one", "Match": { "Path": "/new" } }""", "+route new")]
    [InlineData("Ambassador:DrainTimeout", "\"00:00:09\"", "Ambassador:DrainTimeout (default) → 00:00:09")]
    [InlineData("AllowedHosts", "\"shop\"", "AllowedHosts changed")]
    public void Changed_setting_is_told_by_its_name(string path, string json, string line)
    {
        Of(Settings.Valid, Settings.With(path, json)).ShouldBe([line]);
    }

    [Fact]
    public void What_goes_is_told_as_what_comes()
    {
        Of(Settings.With("ReverseProxy:Routes:x", """{ "ClusterId": "x", "Match": { "Path": "/x" } }"""), Settings.Valid).ShouldBe(["-route x"]);
        Of(Settings.With("ReverseProxy:Clusters:x", """{ "Destinations": { "x": { "Address": "http://x" } } }"""), Settings.Valid).ShouldBe(["-cluster x"]);
        Of(Settings.With("ReverseProxy:Clusters:one:CircuitBreaker", """{ "ConsecutiveFailures": 9 }"""), Settings.Valid).ShouldBe(["cluster one: CircuitBreaker changed"]);
        Of(Settings.With("AllowedHosts", "\"shop\""), Settings.Valid).ShouldBe(["AllowedHosts changed"]);
    }

    [Fact]
    public void Many_lines_and_long_lines_are_cut_and_counted()
    {
        var clusters = new JsonObject();
        for (var i = 0; i < 30; i++)
        {
            clusters[$"c{i:00}"] = new JsonObject();
        }

        var many = Of(Settings.Valid, Settings.With("ReverseProxy:Clusters", clusters.ToJsonString()));
        many.Count.ShouldBe(ConfigDifference.LinesMax + 1);
        many[^1].ShouldBe("and 12 more");

        var destinations = new JsonObject();
        for (var i = 0; i < 30; i++)
        {
            destinations[$"d{i:00}"] = new JsonObject { ["Address"] = "http://d" };
        }

        Of(Settings.Valid, Settings.With("ReverseProxy:Clusters:one:Destinations", destinations.ToJsonString()))
            .ShouldHaveSingleItem().ShouldEndWith("+d08 (http://d) and 21 more");
    }

    [Theory]
    [InlineData("Ambassador:Listen", "[ \"http://*:1\" ]", "Ambassador:Listen")]
    [InlineData("Ambassador:Admin:Listen", "\"http://127.0.0.1:1\"", "Ambassador:Admin:Listen")]
    [InlineData("Ambassador:Policies:Timeout:slow", "\"00:01:00\"", "Ambassador:Policies")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "5", "Kestrel")]
    [InlineData("Authentication:Schemes:Bearer:ValidIssuer", "\"me\"", "Authentication")]
    [InlineData("Logging:LogLevel:Default", "\"Debug\"", "Logging")]
    [InlineData("Ambassador:DrainDelay", "\"00:00:01\"", null)]
    [InlineData("ReverseProxy:Routes:plain:Order", "3", null)]
    public void What_takes_a_restart_is_named(string path, string json, string? name)
    {
        ConfigDifference.NeedsRestart(Settings.Gather(Settings.Valid).Root, Settings.Gather(Settings.With(path, json)).Root)
            .ShouldBe(name is null ? [] : [name]);
    }

    private static IReadOnlyList<string> Of(string before, string after) =>
        ConfigDifference.Of(SnapshotBuilder.Build(Settings.Gather(before), 1), SnapshotBuilder.Build(Settings.Gather(after), 2));
}
