using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Ambassador;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>What YARP would refuse, some of it only when it is too late, is refused at once and with its place (<c>refused.json</c>).</summary>
public class RefusalTests
{
    [Fact]
    public async Task Mistakes_thatYarpWouldFind_areAllToldAtOnce()
    {
        using var setup = new AmbassadorSetup().WithRouteFile("refused.json");

        var (_, errors) = await AmbassadorHost.CheckAsync(setup.Sources);

        (string Path, string Text)[] expected =
        [
            ("ReverseProxy:Clusters:one", "utf-9"),
            ("ReverseProxy:Clusters:one", "'4.0'"),
            ("ReverseProxy:Clusters:one", "Max connections per server"),
            ("ReverseProxy:Clusters:one:HttpClient:SslProtocols:0", "'Tls12, Tls14'"),
            ("ReverseProxy:Routes:action", "Maybe"),
            ("ReverseProxy:Routes:method", "'PURGE'"),
            ("ReverseProxy:Routes:nobody:AuthorizationPolicy", "Authentication:Schemes:Bearer"),
            ("ReverseProxy:Routes:pattern:Transforms", "catch-all"),
            ("ReverseProxy:Routes:twice", "Timeout"),
        ];
        foreach (var (path, text) in expected)
        {
            errors.ShouldContain(error => error.Path == path && error.Message.Contains(text) && error.Place != null, $"{path}: {text}");
        }

        errors.Count.ShouldBe(expected.Length, string.Join(Environment.NewLine, errors));
    }
}
