using ApiAmbassador.Cli;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>A secret planted in every place that may hold one; it must not come out.</summary>
public class SecretsTests
{
    private const string Secret = "s3cr3t-planted";

    /// <summary>Places in a good configuration, each with the settings around it.</summary>
    public static TheoryData<string, string> Places => new()
    {
        { "Kestrel:Certificates:Default:Password", $$""" "Kestrel": { "Certificates": { "Default": { "Path": "x.pfx", "Password": "{{Secret}}" } } } """ },
        { "Kestrel:Endpoints:a:Certificate:Password", $$""" "Kestrel": { "Endpoints": { "a": { "Url": "https://*:1", "Certificate": { "Password": "{{Secret}}" } } } } """ },
        {
            "Authentication:Schemes:Bearer:SigningKeys:0:Value",
            $$""" "Authentication": { "Schemes": { "Bearer": { "SigningKeys": [ { "Id": "a", "Value": "{{Secret}}" } ] } } } """
        },
        { "Authentication:ClientSecret", $$""" "Authentication": { "ClientSecret": "{{Secret}}" } """ },
        { "ReverseProxy:Routes:r:Transforms:0:Set", Route($$""" "Transforms": [ { "RequestHeader": "Authorization", "Set": "{{Secret}}" } ] """) },
        { "ReverseProxy:Routes:r:Transforms:0:Append", Route($$""" "Transforms": [ { "RequestHeader": "Cookie", "Append": "id={{Secret}}" } ] """) },
        { "ReverseProxy:Routes:r:Transforms:0:Set", Route($$""" "Transforms": [ { "Set": "{{Secret}}", "RequestHeader": "Ocp-Apim-Subscription-Key" } ] """) },
        { "ReverseProxy:Routes:r:Transforms:0:Set", Route($$""" "Transforms": [ { "RequestHeader": "X-Whatever", "Set": "Bearer {{Secret}}" } ] """) },
        { "ReverseProxy:Routes:r:Transforms:0:Append", Route($$""" "Transforms": [ { "ResponseHeader": "Set-Cookie", "Append": "{{Secret}}" } ] """) },
        { "ReverseProxy:Routes:r:Transforms:0:Set", Route($$""" "Transforms": [ { "QueryValueParameter": "api_key", "Set": "{{Secret}}" } ] """) },
        { "ReverseProxy:Routes:r:Match:Headers:0:Values", Route($$""" "Match": { "Headers": [ { "Name": "X-Api-Key", "Values": [ "{{Secret}}" ] } ] } """) },
        { "ReverseProxy:Routes:r:Match:QueryParameters:0:Values", Route($$""" "Match": { "QueryParameters": [ { "Name": "token", "Values": [ "{{Secret}}" ] } ] } """) },
        { "ReverseProxy:Routes:r:Metadata:ApiKey", Route($$""" "Metadata": { "ApiKey": "{{Secret}}" } """) },
        { "ReverseProxy:Clusters:c:HttpClient:WebProxy:Address", Cluster($$""" "HttpClient": { "WebProxy": { "Address": "http://me:{{Secret}}@proxy:3128/" } } """) },
        { "ReverseProxy:Clusters:c:HealthCheck:Active:Query", Cluster($$""" "HealthCheck": { "Active": { "Query": "?a=1&access_token={{Secret}}" } } """) },
    };

    /// <summary>Mistakes whose message quotes what was written.</summary>
    public static TheoryData<string> Mistakes =>
    [
        Cluster($$""" "Destinations": { "d": { "Address": "http://me:{{Secret}}@d" } } """),
        Cluster($$""" "Destinations": { "d": { "Address": "me:{{Secret}}@d:8080" } } """),
        Cluster($$""" "Destinations": { "d": { "Address": "http://me:{{Secret}}@d:port" } } """),
        Cluster($$""" "Destinations": { "d": { "Address": "http://d/?token={{Secret}}" } } """),
        Cluster($$""" "HttpClient": { "WebProxy": { "Address": "http://me:{{Secret}}@proxy:port" } } """),
        $$""" "Ambassador": { "Admin": { "Listen": "http://me:{{Secret}}@*:9900" } } """,
    ];

    [Theory]
    [MemberData(nameof(Places))]
    public void Explain_secretInAPlaceThatHoldsOne_isRedacted(string path, string section)
    {
        var settings = WrittenConfiguration.Explain($"{{ {section} }}");

        settings.Where(setting => setting.Path == path).ShouldHaveSingleItem().Text.ShouldContain(Secrets.Redacted);
        ShouldNotTell(writer => SettingReport.WriteText(writer, settings, isTerminal: true));
        ShouldNotTell(writer => SettingReport.WriteJson(writer, settings));
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Validate_secretInAMistake_isNotRepeated(string section)
    {
        var directory = Directory.CreateTempSubdirectory("secret-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(directory.FullName, "a.json"), $"{{ {section} }}", TestContext.Current.CancellationToken);
            var (_, errors) = await AmbassadorHost.CheckAsync(new ConfigSources(
                AppContext.BaseDirectory, directory.FullName, new Dictionary<string, string> { ["AMBASSADOR_DESTINATIONS"] = $"http://me:{Secret}={Secret}@one=x" }));

            errors.Count.ShouldBeGreaterThan(1);
            ShouldNotTell(writer => ErrorReport.Write(writer, errors));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("Kestrel:Certificates:Default:KeyPath", "/etc/tls/key.pem")]
    [InlineData("Ambassador:Admin:TokenFile", "/run/secrets/token")]
    [InlineData("ReverseProxy:Clusters:c:SessionAffinity:AffinityKeyName", "shop")]
    [InlineData("ReverseProxy:Clusters:c:SessionAffinity:Cookie:Path", "/shop")]
    [InlineData("ReverseProxy:Routes:r:AuthorizationPolicy", "staff")]
    [InlineData("ReverseProxy:Routes:r:Split:StickyBy", "Cookie:session")]
    [InlineData("ReverseProxy:Clusters:c:Destinations:d:Address", "http://one:8080/a@b")]
    [InlineData("ReverseProxy:Clusters:c:HealthCheck:Active:Query", "?full=1")]
    public void Shown_harmlessText_isShown(string path, string text) => Secrets.Shown(path, parent: null, text).ShouldBe(text);

    private static void ShouldNotTell(Action<TextWriter> write)
    {
        using var writer = new StringWriter();
        write(writer);
        writer.ToString().ShouldNotBeEmpty();
        writer.ToString().ShouldNotContain(Secret);
    }

    private static string Route(string settings) => $$""" "ReverseProxy": { "Routes": { "r": { {{settings}} } } } """;

    private static string Cluster(string settings) => $$""" "ReverseProxy": { "Clusters": { "c": { {{settings}} } } } """;
}
