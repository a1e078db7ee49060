using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Errors go to logs and screens; what may be a password does not.</summary>
public class PasswordTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("http://user:hunter2@one:8080")]
    [InlineData("ftp://user:hunter2@one:8080")]
    [InlineData("user:hunter2@one:8080")]
    [InlineData("http://user:hunter2@one:99999")]
    [InlineData("http://user:x/hunter2@one")]
    [InlineData("http://user:x@hunter2@one:y")]
    [InlineData("user hunter2@one")]
    [InlineData("http://one/?token=hunter2")]
    [InlineData("http://one/#hunter2")]
    public async Task Password_in_an_address_is_in_no_message(string address)
    {
        await ShouldBeSilent(Settings.With("ReverseProxy:Clusters:one:Destinations:a:Address", $"\"{address}\""));
        await ShouldBeSilent(Settings.With("ReverseProxy:Clusters:one:Destinations:a:Health", $"\"{address}\""));
    }

    [Theory]
    [InlineData("http://user:hunter2@one:8080")]
    [InlineData("http://user:pass=hunter2@one:8080")]
    [InlineData("http://user:hunter2,pass@one:8080")]
    [InlineData("http://user:pass,hunter2@one:8080=x")]
    [InlineData("http://user:a/b,hunter2=c@one")]
    [InlineData("http://two/x, user:p=hunter2@one")]
    [InlineData("http://one:8080/?token=hunter2")]
    public async Task Password_in_the_short_form_is_in_no_message(string text)
    {
        await ShouldBeSilent("{}", ("AMBASSADOR_DESTINATIONS", text));
    }

    [Theory]
    [InlineData("Ambassador:Listen", """["http://user:hunter2@*:80"]""")]
    [InlineData("Ambassador:Listen", """["ftp://user:hunter2@*:80"]""")]
    [InlineData("Ambassador:Admin:Listen", "\"user:hunter2@*:80\"")]
    [InlineData("ReverseProxy:Clusters:one:HttpClient:WebProxy:Address", "\"user hunter2@proxy\"")]
    public async Task Password_in_another_address_is_in_no_message(string path, string value)
    {
        await ShouldBeSilent(Settings.With(path, value));
    }

    [Fact]
    public async Task Password_in_the_environment_is_in_no_message()
    {
        await ShouldBeSilent(
            "{ }",
            ("Kestrel__Certificates__Default__Password", Secret), ("AMBASSADOR_DESTINATION", Secret), ("Ambassador__Password", Secret), ("AMBASSADOR_PASSWORD", Secret));
    }

    [Theory]
    [InlineData("http://one", "http://one")]
    [InlineData("http://user:hunter2@one", "http://…@one")]
    [InlineData("user:hunter2@one", "…@one")]
    [InlineData("a@b://c", "…@b://c")]
    [InlineData("http://a@b@c", "http://…@c")]
    public void Address_is_shown_from_its_last_at_sign(string written, string shown)
    {
        SafeText.Address(written).ShouldBe(shown);
    }

    private static async Task ShouldBeSilent(string json, params (string Name, string Value)[] variables)
    {
        var (_, errors) = await Settings.CheckAsync(json, variables);

        errors.ShouldNotBeEmpty();
        string.Join('\n', errors).ShouldNotContain(Secret);
    }
}
