using System.Net;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>
/// A BIND of the test's own, on a free port, UDP and TCP, with its configuration and zone in a temporary directory. It is the authority for
/// one zone, which <c>nsupdate</c> changes while it runs, and answers nothing else.
/// </summary>
public sealed class Bind : IAsyncDisposable
{
    private readonly string _update;
    private readonly string _directory;
    private ExternalProcess _process;
    private int _updates;

    private Bind(string update, string directory, string zone, int port, ExternalProcess process)
    {
        _update = update;
        _directory = directory;
        _process = process;
        Zone = zone;
        Port = port;
    }

    /// <summary>Its zone, without the last dot.</summary>
    public string Zone { get; }

    public int Port { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>As a <c>Server</c> setting.</summary>
    public string Server => EndPoint.ToString();

    /// <summary>What it has logged so far: each question with its flags, <c>T</c> among them for TCP.</summary>
    public string Log => _process.Error;

    /// <summary>Starts one and waits until it serves its zone, in which there is nothing yet.</summary>
    public static async Task<Bind> StartAsync(string zone = "test")
    {
        var (named, update) = (Tool.Named.Require(), Tool.NsUpdate.Require());
        var directory = Directory.CreateTempSubdirectory("bind-").FullName;
        var port = FreePort.Next();
        await File.WriteAllTextAsync(Path.Combine(directory, "named.conf"), Configuration(directory, zone, port), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "zone"), EmptyZone, TestContext.Current.CancellationToken);
        var bind = new Bind(update, directory, zone, port, Run(named, directory));
        try
        {
            await bind.WaitAsync();
            return bind;
        }
        catch
        {
            await bind.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Changes the zone, all at once, by lines of <c>nsupdate</c>: <c>update delete api.test. A</c>, <c>update add api.test. 1 A 127.0.0.1</c>. One
    /// change has room for some 60 000 bytes of records.
    /// </summary>
    /// <exception cref="ShouldAssertException">It was refused; the message says why.</exception>
    public async Task UpdateAsync(params IEnumerable<string> lines)
    {
        // Whatever else it does, it does not read from a terminal; and its messages go over TCP, where long ones fit.
        var script = Path.Combine(_directory, $"update-{++_updates}");
        await File.WriteAllLinesAsync(script, [$"server 127.0.0.1 {Port}", $"zone {Zone}.", .. lines, "send"], TestContext.Current.CancellationToken);
        await using var update = ExternalProcess.Start(_update, "-v", script);
        (await update.WaitForEndAsync()).ShouldBe(0, $"{update}");
    }

    /// <summary>Waits until it has logged something.</summary>
    public Task WaitForLogAsync(string text) => _process.WaitForTextAsync(text);

    /// <summary>Ends it with SIGKILL, as a machine that fails would.</summary>
    public async Task KillAsync()
    {
        _process.Signal(9);
        await _process.WaitForEndAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same port and with what its zone had.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = Run(Tool.Named.Require(), _directory);
        await WaitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    // In the foreground, logging to its standard error, and with a single thread: nothing is left behind when it is killed.
    private static ExternalProcess Run(string named, string directory) =>
        ExternalProcess.Start(named, "-g", "-n", "1", "-c", Path.Combine(directory, "named.conf"));

    // It says so once its zone is loaded and both of its sockets listen.
    private Task WaitAsync() => _process.WaitForTextAsync(" running\n");

    // No key file, control port or cache of the machine's own is touched. A name may have more than a hundred records of a type, which is
    // BIND's own bound.
    private static string Configuration(string directory, string zone, int port) => $$"""
        options {
          directory "{{directory}}";
          pid-file "{{directory}}/named.pid";
          session-keyfile "{{directory}}/session.key";
          managed-keys-directory "{{directory}}";
          listen-on port {{port}} { 127.0.0.1; };
          listen-on-v6 { none; };
          recursion no;
          dnssec-validation no;
          querylog yes;
          notify no;
          max-records-per-type 0;
        };
        controls { };
        zone "{{zone}}" {
          type primary;
          file "{{directory}}/zone";
          allow-update { 127.0.0.1; };
        };
        """;

    private const string EmptyZone = """
        $TTL 1
        @ SOA ns admin 1 60 60 60 1
        @ NS ns
        ns A 127.0.0.1

        """;
}
