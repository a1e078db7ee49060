using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>YARP's <c>SessionAffinity</c>: every policy, failure policy and cookie setting (<c>affinity.json</c>).</summary>
public sealed class AffinityTests : IAsyncLifetime
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly ScriptedDestination _two = ScriptedDestination.Start("two", Reply.Ok("two"));
    private RunningAmbassador _ambassador = null!;

    public async ValueTask InitializeAsync() =>
        _ambassador = await RunningAmbassador.StartAsync(new AmbassadorSetup().WithRouteFile("affinity.json", ("one", _one.Address), ("two", _two.Address)));

    [Theory]
    [InlineData("HashCookie")]
    [InlineData("ArrCookie")]
    [InlineData("Cookie")]
    [InlineData("CustomHeader")]
    public async Task Policy_callerThatShowsItsKey_staysWithItsDestination(string policy)
    {
        for (var caller = 0; caller < 2; caller++)
        {
            using var first = await _ambassador.SendAsync("GET", $"/{policy}");
            var destination = await first.TextAsync();
            var key = KeyOf(first, policy);
            for (var i = 0; i < 4; i++)
            {
                using var next = await _ambassador.SendAsync("GET", $"/{policy}", key);
                (await next.TextAsync()).ShouldBe(destination);
            }
        }

        (_one.RequestCount, _two.RequestCount).ShouldBe((5, 5)); // Without a key, in turn.
    }

    [Theory]
    [InlineData("HashCookie", "Cookie: session=unknown", 200)] // Redistribute
    [InlineData("ArrCookie", "Cookie: session=unknown", 503)] // Return503Error
    [InlineData("Cookie", "Cookie: session=unknown", 503)]
    [InlineData("CustomHeader", "X-Session: unknown", 503)]
    public async Task FailurePolicy_keyOfNobody_isRedistributedOrAnsweredWith503(string policy, string key, int status)
    {
        using var response = await _ambassador.SendAsync("GET", $"/{policy}", key);

        response.Status().ShouldBe(status);
        if (status == 503)
        {
            (await response.TextAsync()).ShouldContain("no_healthy_upstream");
        }
    }

    [Theory]
    [InlineData("HashCookie", "max-age=86400; domain=shop.example; path=/HashCookie; secure; samesite=strict")]
    [InlineData("ArrCookie", "path=/; samesite=lax; httponly")]
    [InlineData("Cookie", "path=/; samesite=none; httponly")]
    public async Task Cookie_settings_areInItsAttributes(string policy, string attributes)
    {
        using var response = await _ambassador.SendAsync("GET", $"/{policy}");

        var parts = response.Header("Set-Cookie")!.Split("; ");
        parts[0].ShouldStartWith("session=");
        parts.Skip(1).Where(part => !part.StartsWith("expires=", StringComparison.Ordinal)).ShouldBe(attributes.Split("; "), ignoreOrder: true);
        parts.Any(part => part.StartsWith("expires=", StringComparison.Ordinal)).ShouldBe(policy == "HashCookie");
    }

    [Fact]
    public async Task Affinity_notEnabled_setsNothing()
    {
        using var response = await _ambassador.SendAsync("GET", "/off");

        response.Header("Set-Cookie").ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await _ambassador.DisposeAsync();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private static string KeyOf(HttpResponseMessage response, string policy) => policy == "CustomHeader"
        ? $"X-Session: {response.Header("X-Session")}"
        : $"Cookie: {response.Header("Set-Cookie")!.Split(';')[0]}";
}
