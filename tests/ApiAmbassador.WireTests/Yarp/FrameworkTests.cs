using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Yarp;

/// <summary>The framework's own settings in a route file: <c>Kestrel</c>, <c>AllowedHosts</c>, <c>Logging</c> (<c>framework.json</c>).</summary>
public sealed class FrameworkTests : IAsyncLifetime
{
    private readonly ScriptedDestination _one = ScriptedDestination.Start("one", Reply.Ok("one"));
    private readonly X509Certificate2 _certificate = TestCertificate.Create();
    private readonly AmbassadorSetup _setup = new AmbassadorSetup().WithoutListen();

    public ValueTask InitializeAsync()
    {
        var (path, key) = (Path.Combine(_setup.ConfigDirectory, "tls.crt"), Path.Combine(_setup.ConfigDirectory, "tls.key"));
        File.WriteAllText(path, _certificate.ExportCertificatePem());
        File.WriteAllText(key, _certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _setup.WithRouteFile("framework.json", ("one", _one.Address), ("certificate", new Uri(path)), ("key", new Uri(key)));
        return ValueTask.CompletedTask;
    }

    private static async Task<IEnumerable<string>> RemainingAsync(RunningAmbassador ambassador) =>
        (await ambassador.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken))
            .Split('\n').Where(line => line.StartsWith("ambassador_certificate_remaining_seconds{", StringComparison.Ordinal));

    [Fact]
    public async Task KestrelEndpoints_httpAndHttps_bothServe()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);
        ambassador.Addresses.Select(address => address.Scheme).ShouldBe(["http", "https"], ignoreOrder: true);
        using var trusting = PlainClient.Create(ambassador.Addresses.Single(address => address.Scheme == "https"), _certificate);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var secure = await trusting.SendAsync(request, TestContext.Current.CancellationToken);
        using var clear = await ambassador.SendAsync("GET", "/");

        (secure.Status(), secure.Version.Major, clear.Status()).ShouldBe((200, 2, 200));
        _one.Requests.Select(received => received.Header("X-Forwarded-Proto")).ShouldBe(["https", "http"]);
        clear.Header("Server").ShouldBe("Kestrel"); // AddServerHeader: ours would be off.
    }

    [Fact]
    public async Task Certificate_isMeasuredFromItsFirstHandshakeOn()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);
        var address = ambassador.Addresses.Single(address => address.Scheme == "https");
        (await RemainingAsync(ambassador)).ShouldBeEmpty();

        for (var connection = 0; connection < 2; connection++)
        {
            using var trusting = PlainClient.Create(address, _certificate);
            using var secure = await trusting.GetAsync("/", TestContext.Current.CancellationToken);
        }

        var line = (await RemainingAsync(ambassador)).ShouldHaveSingleItem();
        line.ShouldContain($"port=\"{address.Port}\"");
        line.ShouldContain($"name=\"{_certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)}\"");
        double.Parse(line.Split(' ')[^1]).ShouldBe((_certificate.NotAfter - DateTime.Now).TotalSeconds, tolerance: 60);
    }

    [Fact]
    public async Task KestrelLimits_whatIsOverThem_isRefused()
    {
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);
        using var content = new ByteArrayContent(new byte[65]);

        using var large = await ambassador.Client.PostAsync("/", content, TestContext.Current.CancellationToken);
        using var many = await ambassador.SendAsync("GET", "/", [.. Enumerable.Range(0, 13).Select(i => $"X-{i}: 1")]);

        (large.Status(), many.Status()).ShouldBe((413, 431));
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("eu.shop.example:8080", 200)]
    [InlineData("another.example", 400)]
    public async Task AllowedHosts_host_isServedOrRefused(string host, int status)
    {
        await using var ambassador = await RunningAmbassador.StartAsync(_setup);

        using var response = await ambassador.SendAsync("GET", "/", $"Host: {host}");

        response.Status().ShouldBe(status);
    }

    [Fact]
    public async Task Logging_levelsAndJson_areWhatTheProgramWrites()
    {
        await using var process = AmbassadorProcess.Start(_setup, "run");
        await process.WaitForTextAsync("Listening on");

        var entries = process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.EndsWith('}')).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(entry => (Level: entry.GetProperty("LogLevel").GetString(), Category: entry.GetProperty("Category").GetString()!)).ToList();

        entries.ShouldContain(entry => entry.Level == "Debug" && entry.Category.StartsWith("Yarp.", StringComparison.Ordinal));
        entries.ShouldNotContain(entry => entry.Category.StartsWith("ApiAmbassador.Configuration", StringComparison.Ordinal));
        process.Signal(2);
        await process.WaitForEndAsync();
    }

    [Fact]
    public async Task Logging_optionsOfTheConsolesFormat_standAboveOurs()
    {
        _setup.With("Logging__Console__FormatterName", "simple").With("Logging__Console__FormatterOptions__TimestampFormat", "'stamped '");
        await using var process = AmbassadorProcess.Start(_setup, "run");

        await process.WaitForTextAsync("Listening on");

        process.Output.ShouldContain("stamped ");
        process.Signal(2);
        await process.WaitForEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        _certificate.Dispose();
    }
}
