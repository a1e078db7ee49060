using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using ApiAmbassador.Configuration;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>What a service manager is told, and the unit of <c>deploy/systemd</c>.</summary>
public sealed partial class SystemdTests : IDisposable
{
    private const int Interrupt = 2;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("systemd-");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ServiceManager_isToldWhenWeServeAndWhenWeStop(bool isAbstract)
    {
        var path = Path.Combine(_directory.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + path : path));
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("NOTIFY_SOCKET", isAbstract ? '@' + path : path);
        await using var process = AmbassadorProcess.Start(setup, "run");

        (await ToldAsync(manager)).ShouldBe("READY=1", process.ToString());
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);
        (await client.GetStringAsync("/", TestContext.Current.CancellationToken)).ShouldBe("one");

        process.Signal(Interrupt);
        (await ToldAsync(manager)).ShouldBe("STOPPING=1", process.ToString());
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    [Fact]
    public async Task ServiceManager_thatIsNotThere_isNoReasonNotToServe()
    {
        await using var one = ScriptedDestination.Start("one", Reply.Ok("one"));
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}").With("NOTIFY_SOCKET", Path.Combine(_directory.FullName, "nobody"));
        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        await process.WaitForTextAsync("cannot be told READY=1");
        using var client = PlainClient.Create(data);

        (await client.GetStringAsync("/", TestContext.Current.CancellationToken)).ShouldBe("one");

        process.Signal(Interrupt);
        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
    }

    /// <summary>It says nothing where all is well, and warns of what it does not know with an exit code of 0.</summary>
    [Fact]
    public async Task Unit_isWhatSystemdTakes()
    {
        var copy = Path.Combine(_directory.FullName, "apiambassador.service");
        await File.WriteAllTextAsync(copy, Unit.Replace("/opt/apiambassador/ApiAmbassador", "/bin/true", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        await using var verify = ExternalProcess.Start(Tool.SystemdAnalyze.Require(), "verify", "--man=no", copy);

        (await verify.WaitForEndAsync()).ShouldBe(0, verify.ToString());
        (verify.Output + verify.Error).ShouldBe("");
    }

    [Fact]
    public async Task Unit_isAsExposedAsItHasToBe()
    {
        const string TenthsAtMost = "20";
        await using var security = ExternalProcess.Start(Tool.SystemdAnalyze.Require(), "security", "--offline=true", $"--threshold={TenthsAtMost}", UnitPath());

        (await security.WaitForEndAsync()).ShouldBe(0, security.ToString());
    }

    [Fact]
    public void Unit_waitsForTheDrainToEnd()
    {
        var options = new AmbassadorOptions();

        int.Parse(StopSeconds().Match(Unit).Groups["seconds"].Value, CultureInfo.InvariantCulture)
            .ShouldBeGreaterThan((int)(options.DrainDelay + options.DrainTimeout).TotalSeconds);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static string Unit => File.ReadAllText(UnitPath());

    private static string UnitPath([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "deploy", "systemd", "apiambassador.service");

    private static async Task<string> ToldAsync(Socket manager)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer, patience.Token));
    }

    [GeneratedRegex(@"^TimeoutStopSec=(?<seconds>\d+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex StopSeconds();
}
