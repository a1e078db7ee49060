using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>A child process of the test, with what it writes. It is killed, by its id and with its children, when it is disposed.</summary>
public sealed class ExternalProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ChangeSignal _changed = new();
    private readonly CapturedText _output;
    private readonly CapturedText _error;
    private readonly Task _ended;
    private volatile bool _hasEnded;

    private ExternalProcess(ProcessStartInfo start)
    {
        _output = new CapturedText(_changed);
        _error = new CapturedText(_changed);
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        Id = _process.Id;
        _process.StandardInput.Close();
        _ended = RunAsync();
    }

    public int Id { get; }

    /// <summary>What it has written to its standard output so far, up to a million characters.</summary>
    public string Output => _output.ToString();

    /// <summary>What it has written to its standard error so far, up to a million characters.</summary>
    public string Error => _error.ToString();

    /// <summary>Whether it has ended and all its output is in.</summary>
    public bool HasEnded => _hasEnded;

    public static ExternalProcess Start(string path, params IEnumerable<string> arguments) => Start(path, [], arguments);

    /// <summary>Starts it with variables added to the test's own.</summary>
    public static ExternalProcess Start(string path, IEnumerable<KeyValuePair<string, string>> variables, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return new ExternalProcess(start);
    }

    /// <summary>Sends it a signal by its number, as 15 for SIGTERM.</summary>
    public void Signal(int number) => kill(Id, number).ShouldBe(0, $"signal {number} for {this}");

    /// <summary>Waits for its end and gives its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it is killed on dispose.</exception>
    public async Task<int> WaitForEndAsync(TimeSpan? within = null)
    {
        await _changed.WaitUntilAsync(() => HasEnded, () => $"It did not end. {this}", within ?? Eventually.DefaultDeadline);
        return _process.ExitCode;
    }

    /// <summary>Waits until the text appears in what it writes.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public async Task WaitForTextAsync(string text, TimeSpan? within = null)
    {
        bool Seen() => Output.Contains(text, StringComparison.Ordinal) || Error.Contains(text, StringComparison.Ordinal);
        await _changed.WaitUntilAsync(() => Seen() || HasEnded, () => $"`{text}` did not appear. {this}", within ?? Eventually.DefaultDeadline);
        if (!Seen())
        {
            throw new InvalidOperationException($"It ended without writing `{text}`. {this}");
        }
    }

    /// <summary>Waits until a port of 127.0.0.1 accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public async Task WaitForPortAsync(int port, TimeSpan? within = null)
    {
        await Eventually.SeesAsync(token => CanConnectAsync(port, token), connects => connects || HasEnded, within);
        if (HasEnded)
        {
            throw new InvalidOperationException($"It ended without listening on port {port}. {this}");
        }
    }

    public override string ToString() => $"Process {Id} ({_process.StartInfo.FileName}) wrote: {Output}{Error}";

    /// <summary>Kills it with its children and waits until they are gone.</summary>
    /// <exception cref="TimeoutException">One that has left the family still holds its output.</exception>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _ended.WaitAsync(Eventually.DefaultDeadline, CancellationToken.None);
        _process.Dispose();
    }

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The C library's own name, and no marshalling to generate.
    [DllImport("libc")]
    private static extern int kill(int process, int signal);
#pragma warning restore IDE1006, SYSLIB1054, CA5392

    private async Task RunAsync()
    {
        await Task.WhenAll(_output.ReadAsync(_process.StandardOutput), _error.ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync(CancellationToken.None);
        _hasEnded = true;
        _changed.Raise();
    }

    private static async Task<bool> CanConnectAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
