using System.Diagnostics.Metrics;
using System.Text;
using ApiAmbassador.WireTests.Clients;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary><c>AuthorizationPolicy</c> against tokens that <c>Authentication:Schemes:Bearer</c> knows (<c>authorization.json</c>).</summary>
public class AuthorizationTests(AuthorizationTests.Fixture fixture) : IClassFixture<AuthorizationTests.Fixture>
{
    private const string Key = "secret-key-of-the-tests-only-012"; // In base64 in the file.

    [Theory]
    [InlineData("/open", null, 200)]
    [InlineData("/anonymous", null, 200)]
    [InlineData("/default", null, 401)]
    [InlineData("/default", "user", 200)]
    [InlineData("/default", "wrong-key", 401)]
    [InlineData("/default", "wrong-issuer", 401)]
    [InlineData("/default", "wrong-audience", 401)]
    [InlineData("/default", "expired", 401)]
    [InlineData("/operators", "user", 403)]
    [InlineData("/operators", "operator", 200)]
    [InlineData("/scoped", "user", 403)]
    [InlineData("/scoped", "scoped", 200)]
    public async Task Policy_caller_passesOrIsRefused(string target, string? caller, int status)
    {
        var before = fixture.One.RequestCount;

        using var response = await fixture.Ambassador.SendAsync("GET", target, caller is null ? "" : $"Authorization: Bearer {Token(caller)}");

        response.Status().ShouldBe(status);
        (fixture.One.RequestCount - before).ShouldBe(status == 200 ? 1 : 0);
    }

    /// <summary>Nobody looks at the tokens of a route that asks for none: they are its destination's, and to check them is work.</summary>
    [Fact]
    public async Task RouteWithoutPolicy_tokensAreNotLookedAt()
    {
        var looks = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "aspnetcore.authentication.authenticate.duration" && instrument.Meter.Scope == fixture.Ambassador.Services.GetRequiredService<IMeterFactory>())
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref looks));
        listener.Start();

        using var open = await fixture.Ambassador.SendAsync("GET", "/open", $"Authorization: Bearer {Token("user")}");
        var without = looks;
        using var asked = await fixture.Ambassador.SendAsync("GET", "/default", $"Authorization: Bearer {Token("user")}");

        (without, looks).ShouldBe((0, 1));
    }

    private static string Token(string caller)
    {
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(caller == "wrong-key" ? Key.ToUpperInvariant() : Key));
        var claims = new Dictionary<string, object> { ["sub"] = caller };
        if (caller == "operator")
        {
            claims["role"] = "operator";
        }
        else if (caller == "scoped")
        {
            (claims["scope"], claims["tenant"]) = ("orders", "acme");
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = caller == "wrong-issuer" ? "https://another.example" : "https://issuer.example",
            Audience = caller == "wrong-audience" ? "another" : "reports",
            NotBefore = DateTime.UtcNow.AddHours(-2),
            Expires = caller == "expired" ? DateTime.UtcNow.AddHours(-1) : DateTime.UtcNow.AddHours(1),
            Claims = claims,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.HmacSha256),
        });
    }

    public sealed class Fixture() : RouteFileFixture("authorization.json");
}
