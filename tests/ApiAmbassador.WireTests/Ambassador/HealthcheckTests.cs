using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The command <c>healthcheck</c>, as a container's engine runs it: by its exit code and its one line.</summary>
public class HealthcheckTests
{
    private static readonly TimeSpan ProcessDeadline = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://*")]
    [InlineData("http://0.0.0.0")]
    [InlineData("http://localhost")]
    [InlineData("https://*")]
    public async Task Running_askedWhereTheSameConfigurationPutsIt_exit0(string listen)
    {
        using var setup = Setup($"{listen}:{FreePort.Next()}");
        WithCertificate(setup);
        await using var run = AmbassadorProcess.Start(setup, "run");
        await AmbassadorProcess.WaitForAddressesAsync(run);

        // Its limit of two seconds is its own; on a machine that is busy with other tests one try may pass it.
        var (_, error) = await Eventually.SeesAsync(_ => HealthcheckAsync(setup), check => check.Exit == 0, ProcessDeadline);

        error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Running_aRouteFileIsBrokenSince_exit0()
    {
        using var setup = Setup($"http://127.0.0.1:{FreePort.Next()}");
        await using var run = AmbassadorProcess.Start(setup, "run");
        await AmbassadorProcess.WaitForAddressesAsync(run);

        setup.WithFile("{ half a fi");

        (await HealthcheckAsync(setup)).ShouldBe((0, ""));
    }

    [Fact]
    public async Task NotRunning_exit1AndOneLine()
    {
        var port = FreePort.Next();
        using var setup = Setup($"http://*:{port}");

        var (exit, error) = await HealthcheckAsync(setup);

        exit.ShouldBe(1);
        error.ShouldBe($"http://127.0.0.1:{port}/livez cannot be asked: Connection refused. Is the ambassador running, and its admin listener there?{Environment.NewLine}");
    }

    [Fact]
    public async Task WrongAddress_somethingElseAnswersThere_exit1AndWhatItSaid()
    {
        await using var other = ScriptedDestination.Start("other", Reply.Status(404));
        using var setup = Setup($"http://127.0.0.1:{FreePort.Next()}");

        var (exit, error) = await HealthcheckAsync(setup, "--admin", other.Address.AbsoluteUri);

        exit.ShouldBe(1);
        error.ShouldContain($"{other.Address}livez answers 'HTTP/1.1 404 ");
        other.Requests.Single().Target.ShouldBe("/livez");
    }

    [Fact]
    public async Task NoAnswer_exit1AfterTwoSeconds()
    {
        await using var hanging = ScriptedDestination.Start("hanging", Reply.Hang());
        using var setup = Setup($"http://127.0.0.1:{hanging.Port}");

        var (exit, error) = await HealthcheckAsync(setup);

        exit.ShouldBe(1);
        error.ShouldContain("has not answered within 2 s.");
    }

    [Theory]
    [InlineData("localhost:9900")]
    [InlineData("api")]
    public async Task AdminIsNotAUrl_exit1AndTheForm(string admin)
    {
        using var setup = Setup("http://127.0.0.1:0");

        var (exit, error) = await HealthcheckAsync(setup, "--admin", admin);

        exit.ShouldBe(1);
        error.ShouldContain($"--admin takes a URL, as http://127.0.0.1:9900, not '{admin}'");
    }

    [Fact]
    public async Task FreePort_noOneCanKnowIt_exit1AndTheWayOut()
    {
        using var setup = Setup("http://127.0.0.1:0");

        var (exit, error) = await HealthcheckAsync(setup);

        exit.ShouldBe(1);
        error.ShouldContain("--admin http://127.0.0.1:PORT");
    }

    private static AmbassadorSetup Setup(string admin) => new AmbassadorSetup()
        .With("AMBASSADOR_DESTINATIONS", "http://127.0.0.1:9")
        .With("Ambassador__Admin__Listen", admin);

    private static async Task<(int Exit, string Error)> HealthcheckAsync(AmbassadorSetup setup, params string[] arguments)
    {
        await using var process = AmbassadorProcess.Start(setup, ["healthcheck", .. arguments]);
        var exit = await process.WaitForEndAsync(ProcessDeadline);
        process.Output.ShouldBeEmpty();
        return (exit, process.Error);
    }

    /// <summary>One for another name, as callers' certificates are; only https listeners look at it.</summary>
    private static void WithCertificate(AmbassadorSetup setup)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=api.example", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(setup.ConfigDirectory, "api.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "secret"));
        setup.With("Kestrel__Certificates__Default__Path", path).With("Kestrel__Certificates__Default__Password", "secret");
    }
}
