using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>Paths and queries reach the destination as the caller wrote them, and no path gets where another one was let.</summary>
public class TargetTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/a%2Fb")]
    [InlineData("/a%2fb%5Cc")]
    [InlineData("/%41%7e")]
    [InlineData("//d/./e/../f")]
    [InlineData("/..%2f..//")]
    [InlineData("/?x=%20y&&z")]
    [InlineData("/a?")]
    [InlineData("/a?b=/../c?d#e")]
    [InlineData("/%C3%A9/%FF/%zz/%")]
    [InlineData("/a[1]{2}|3^\"<>`\\x")]
    [InlineData("/a;b=c,d:@!$&'()*+~-._")]
    public async Task Target_overHttp1_arrivesByteForByte(string target)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        (await RequestAsync(ambassador, target)).ShouldStartWith("HTTP/1.1 200 ");

        one.Requests.ShouldHaveSingleItem().Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("/a%2Fb/%41//d/./e/../f?x=%20y&&z")]
    [InlineData("/a?")]
    public async Task Target_overHttp2_arrivesByteForByte(string target)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        var result = await Curl.RunAsync("--http2-prior-knowledge", "--path-as-is", "--write-out", " %{http_version}", $"http://{ambassador.Address.Authority}{target}");

        result.Output.ShouldBe("one 2", result.Error);
        one.Requests.ShouldHaveSingleItem().Target.ShouldBe(target);
    }

    [Theory]
    [InlineData("http://api/a%2Fb?c", "/base/a%2Fb?c")]
    [InlineData("http://user:secret@api/a//b", "/base/a//b")]
    [InlineData("http://api?c", "/base/?c")]
    [InlineData("/%41", "/base/%41")]
    [InlineData("/", "/base/")]
    public async Task Target_isAppendedToTheDestinationsPath(string target, string arrives)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}base/"));

        await RequestAsync(ambassador, target);

        one.Requests.ShouldHaveSingleItem().Target.ShouldBe(arrives);
    }

    [Theory]
    [InlineData("/x y")] // Two spaces in a request line.
    [InlineData("/x\u00e9")]
    [InlineData("/x\0")]
    public async Task Target_thatIsNone_isRefused(string target)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        (await RequestAsync(ambassador, target)).ShouldStartWith("HTTP/1.1 400 ");

        one.RequestCount.ShouldBe(0);
    }

    [Theory]
    [InlineData("/x\ry", "/x%0Dy")]
    [InlineData("/x?\ry", "/x?%0Dy")]
    [InlineData("/x\ty", "/x%09y")]
    public async Task Target_withControls_isEncodedSoThatItStaysOneRequest(string target, string arrives)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        var answer = await RequestAsync(ambassador, target);

        // Kestrel may refuse it, too, in this version or in another.
        if (!answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal))
        {
            one.Requests.ShouldHaveSingleItem().Target.ShouldBe(arrives);
        }
    }

    [Theory]
    [InlineData("/public/a%2Fb", "/public/a%2Fb")]
    [InlineData("/public//%41", "/public//%41")]
    [InlineData("/public/...", "/public/...")]
    [InlineData("/public/v1.2/.well-known/..a", "/public/v1.2/.well-known/..a")]
    [InlineData("/public/a?b/../c", "/public/a?b/../c")]
    [InlineData("/hidden/../public/a", "/public/a")]
    [InlineData("/hidden/%2e%2E/public/a", "/public/a")]
    [InlineData("/public/./a", "/public/a")]
    [InlineData("/public/..%2fhidden", "/public/..%252fhidden")]
    [InlineData("/public/%2e.%5Chidden", "/public/..%5Chidden")]
    [InlineData("/public/..\\hidden", "/public/..%5Chidden")]
    public async Task Target_whereThePathDecidesTheRoute_isTheOneThatWasMatched(string target, string arrives)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            { "ReverseProxy": { "Routes": { "public": { "ClusterId": "api", "Match": { "Path": "/public/{**any}" } } },
                                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } } } }
            """,
            ("one", one.Address)));

        await RequestAsync(ambassador, target);

        one.Requests.ShouldHaveSingleItem().Target.ShouldBe(arrives);
    }

    [Theory]
    [InlineData("/admin/a", null)]
    [InlineData("/public/../admin/a", null)]
    [InlineData("/%61dmin/a", null)]
    [InlineData("/admin%2Fa", "/admin%252Fa")]
    [InlineData("/admin#/a", "/admin%23/a")]
    [InlineData("/public/..%2Fadmin/a", "/public/..%252Fadmin/a")]
    [InlineData("/public\\..\\admin/a", "/public%5C..%5Cadmin/a")]
    [InlineData("/public/%41", "/public/%41")]
    public async Task Target_whereARouteIsGuarded_doesNotReachItByAnother(string target, string? arrives)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            {
              "Ambassador": { "Policies": { "Authorization": { "staff": { "Roles": [ "staff" ] } } } },
              "Authentication": { "Schemes": { "Bearer": { "ValidIssuer": "test", "ValidAudiences": [ "test" ],
                "SigningKeys": [ { "Issuer": "test", "Value": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=" } ] } } },
              "ReverseProxy": {
                "Routes": {
                  "admin": { "ClusterId": "api", "AuthorizationPolicy": "staff", "Match": { "Path": "/admin/{**any}" } },
                  "rest": { "ClusterId": "api", "Match": { "Path": "{**any}" } }
                },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } }
              }
            }
            """,
            ("one", one.Address)));

        var answer = await RequestAsync(ambassador, target);

        if (arrives is null)
        {
            answer.ShouldStartWith("HTTP/1.1 401 ");
            one.RequestCount.ShouldBe(0);
        }
        else
        {
            one.Requests.ShouldHaveSingleItem().Target.ShouldBe(arrives);
        }
    }

    [Fact]
    public async Task Target_ofARouteWithAPathTransform_isWhatTheTransformSays()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
            """
            {
              "ReverseProxy": {
                "Routes": {
                  "cut": { "ClusterId": "api", "Match": { "Path": "/cut/{**any}" }, "Transforms": [ { "PathRemovePrefix": "/cut" } ] },
                  "add": { "ClusterId": "api", "Match": { "Path": "/add/{**any}" }, "Transforms": [ { "QueryValueParameter": "b", "Set": "2" } ] },
                  "name": { "ClusterId": "api", "Match": { "Path": "/name/{**any}" }, "Transforms": [ { "RequestHeader": "X-Name", "Set": "one" } ] }
                },
                "Clusters": { "api": { "Destinations": { "one": { "Address": "{one}" } } } }
              }
            }
            """,
            ("one", one.Address)));

        await RequestAsync(ambassador, "/cut/%41?a");
        await RequestAsync(ambassador, "/add/%41?a=1");
        await RequestAsync(ambassador, "/name/%41?a");

        one.Requests.Select(request => request.Target).ShouldBe(["/A?a", "/add/A?a=1&b=2", "/name/%41?a"]);
    }

    [Fact]
    public async Task Target_ofOptionsForTheWholeServer_arrivesAsARequestForTheRoot()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        await using var ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}"));

        await RequestAsync(ambassador, "*", method: "OPTIONS");

        var request = one.Requests.ShouldHaveSingleItem();
        (request.Method, request.Target).ShouldBe(("OPTIONS", "/"));
    }

    private static async Task<string> RequestAsync(RunningAmbassador ambassador, string target, string method = "GET")
    {
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync($"{method} {target} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n");
        return await client.ReadToEndAsync();
    }
}
