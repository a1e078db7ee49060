using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>A load generator at work: it can be frozen for a moment, and ends by itself with a result.</summary>
internal sealed partial class LoadProcess : IDisposable
{
    // Linux on x86 and Arm.
    private const int SigCont = 18;
    private const int SigStop = 19;

    // Connecting, waiting for the last answers, and a machine that is busy with other things.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly TimeSpan _timeout;
    private readonly Func<string, LoadResult> _parse;
    private bool _willSayReady;

    private LoadProcess(Process process, TimeSpan timeout, Func<string, LoadResult> parse, bool saysReady)
    {
        _willSayReady = saysReady;
        _process = process;
        _timeout = timeout;
        _parse = parse;
    }

    /// <summary>Starts the program.</summary>
    /// <param name="fileName">The executable.</param>
    /// <param name="arguments">Its arguments, unquoted.</param>
    /// <param name="seconds">After which it ends by itself.</param>
    /// <param name="parse">Reads its output.</param>
    /// <param name="saysReady">Whether its first line says that its time begins now; otherwise it begins at once.</param>
    public static LoadProcess Start(string fileName, IEnumerable<string> arguments, int seconds, Func<string, LoadResult> parse, bool saysReady = false)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(fileName, arguments) { RedirectStandardOutput = true, UseShellExecute = false },
        };
        process.Start();
        return new LoadProcess(process, TimeSpan.FromSeconds(seconds) + s_grace, parse, saysReady);
    }

    /// <summary>Stops sending, and keeps what the other side answers for later.</summary>
    public void Freeze() => Signal(SigStop);

    public void Thaw() => Signal(SigCont);

    /// <summary>Waits until its time begins.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        if (_willSayReady)
        {
            _willSayReady = false;
            await _process.StandardOutput.ReadLineAsync(cancellation);
        }
    }

    /// <summary>Waits for the end and reads the result.</summary>
    /// <exception cref="InvalidOperationException">It failed, or was not done in time.</exception>
    public async Task<LoadResult> FinishAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_timeout);
        try
        {
            await WaitUntilReadyAsync(timeout.Token);
            var output = await _process.StandardOutput.ReadToEndAsync(timeout.Token);
            await _process.WaitForExitAsync(timeout.Token);
            return _parse(output);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} had not ended after {_timeout.TotalSeconds} s.", late);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        // What has ended has no more use for the signal, and its number may belong to another process by now.
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
