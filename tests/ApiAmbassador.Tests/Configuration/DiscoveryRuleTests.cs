using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class DiscoveryRuleTests
{
    private const string Discovery = "ReverseProxy:Clusters:one:Discovery";

    [Theory]
    [InlineData("Dns", "{}", "a source of DNS needs a Name, as api-backend")]
    [InlineData("Dns", """{ "Name": "http://backend" }""", "'http://backend' is not a host name")]
    [InlineData("Dns", """{ "Name": "user:geheim@backend" }""", "'(redacted)@backend' is not a host name")]
    [InlineData("Dns", """{ "Name": "10.0.0.1" }""", "'10.0.0.1' does not move; write it as a destination's Address")]
    [InlineData("Dns", """{ "Name": "localhost" }""", "'localhost' does not move")]
    [InlineData("Dns", """{ "Name": "backend", "Port": 0 }""", "0 is out of range: 1 to 65535")]
    [InlineData("Dns", """{ "Name": "backend", "Port": 65536 }""", "65536 is out of range: 1 to 65535")]
    [InlineData("Dns", """{ "Name": "backend", "Server": "dns.internal" }""", "'dns.internal' is not the address of a DNS server")]
    [InlineData("Dns", """{ "Name": "backend", "Family": "IPv5" }""", "did you mean 'IPv")]
    [InlineData("DnsSrv", """{ "Name": "" }""", "a source of DNS needs a Name, as _api._tcp.prod.internal")]
    [InlineData("DnsSrv", """{ "Name": "_api._tcp.test", "Server": "10.0.0.2:99999" }""", "'10.0.0.2:99999' is not the address of a DNS server")]
    [InlineData("DnsSrv", """{ "Nam": "_api._tcp.test" }""", "did you mean 'Name'?")]
    [InlineData("File", "{}", "a source of files needs a Path, as targets/*.json")]
    [InlineData("File", """{ "Path": "a\u0000b" }""", "a path holds no NUL character")]
    [InlineData("Http", "{}", "a source of this kind needs a Url")]
    [InlineData("Http", """{ "Url": "/targets" }""", "a source of this kind needs a Url")]
    [InlineData("Http", """{ "Url": "ftp://registry/targets" }""", "a source of this kind needs a Url")]
    [InlineData("File", """{ "Path": "x.json", "Scheme": "h2" }""", "'h2' is not http or https")]
    [InlineData("File", """{ "Path": "x.json", "Weight": 0 }""", "0 is out of range: 1 to 65535")]
    [InlineData("File", """{ "Path": "x.json", "Priority": -1 }""", "-1 is out of range: 0 to 1000")]
    [InlineData("File", """{ "Path": "x.json", "Zone": "a\nb" }""", "a zone is a text of 1 to 63 letters")]
    [InlineData("File", """{ "Path": "x.json", "Refresh": "00:00:00.099" }""", "is out of range: 100 ms to one day")]
    [InlineData("File", """{ "Path": "x.json", "Refresh": "2.00:00:00" }""", "is out of range: 100 ms to one day")]
    [InlineData("ConfirmEmpty", "0", "0 is out of range: 1 to 1000")]
    [InlineData("MaxDropRatio", "1.5", "1.5 is out of range: 0 to 1")]
    [InlineData("MaxDropRatio", "\"NaN\"", "'NaN' is not a number")]
    public async Task Mistake_is_told(string setting, string value, string fragment)
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With($"{Discovery}:{setting}", value));

        errors.ShouldNotBeEmpty();
        errors[0].Message.ShouldContain(fragment);
        errors[0].Path.ShouldStartWith($"{Discovery}:{setting}");
        errors[0].ToString().ShouldNotContain("geheim");
    }

    [Theory]
    [InlineData("Dns", """{ "Name": "backend" }""")]
    [InlineData("Dns", """{ "Name": "api_backend.prod.internal.", "Port": 65535, "Server": "[fd00::1]:5353", "Family": "IPv6", "Refresh": "00:00:00.1" }""")]
    [InlineData("DnsSrv", """{ "Name": "_api._tcp.prod.internal", "Weight": 65535, "Priority": 1000, "Scheme": "HTTPS" }""")]
    [InlineData("File", """{ "Path": "targets/*.json", "Zone": "eu-1", "Refresh": "1.00:00:00" }""")]
    [InlineData("Http", """{ "Url": "https://user:pass@registry/targets?dc=1" }""")]
    [InlineData("ConfirmEmpty", "1000")]
    [InlineData("MaxDropRatio", "0")]
    public async Task Source_that_is_right_is_taken_in_place_of_destinations_and_beside_them(string setting, string value)
    {
        (await Settings.CheckAsync(Settings.With($"{Discovery}:{setting}", value))).Errors.ShouldBeEmpty();
        (await Settings.CheckAsync(Settings.With("ReverseProxy:Clusters:one", $$"""{ "Discovery": { "{{setting}}": {{value}} } }"""))).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Priority", "-1", "-1 is out of range: 0 to 1000")]
    [InlineData("Priority", "1001", "1001 is out of range: 0 to 1000")]
    [InlineData("Zone", "\"\"", "a zone is a text of 1 to 63 letters")]
    public async Task Destination_has_a_place_within_bounds(string setting, string value, string fragment)
    {
        var (_, errors) = await Settings.CheckAsync(Settings.With($"ReverseProxy:Clusters:one:Destinations:a:{setting}", value));

        errors.ShouldHaveSingleItem().Message.ShouldContain(fragment);
    }

    [Theory]
    [InlineData("\"http://backend:8080\"", true)]
    [InlineData("\"http://backend:8080\", \"Resolve\": false", false)]
    [InlineData("\"http://10.0.0.1:8080\"", false)]
    [InlineData("\"http://[fd00::1]:8080\"", false)]
    [InlineData("\"http://localhost:8080\"", false)]
    [InlineData("\"http://api.LOCALHOST:8080\"", false)]
    public void Name_in_an_address_is_followed_unless_it_cannot_move_or_shall_not(string address, bool isFollowed)
    {
        var snapshot = SnapshotBuilder.Build(Settings.Gather(Settings.With("ReverseProxy:Clusters:one:Destinations:a", $$"""{ "Address": {{address}} }""")), revision: 1);

        snapshot.Clusters["one"].Names.Count.ShouldBe(isFollowed ? 1 : 0);
    }

    [Fact]
    public void Name_is_left_to_a_proxy()
    {
        var snapshot = SnapshotBuilder.Build(
            Settings.Gather(Settings.With("ReverseProxy:Clusters:one", """{ "Destinations": { "a": { "Address": "http://backend" } }, "HttpClient": { "WebProxy": { "Address": "http://proxy:3128" } } }""")),
            revision: 1);

        snapshot.Clusters["one"].Names.ShouldBeEmpty();
    }
}
