using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>A wrk at work: it can be frozen for a moment, and ends by itself with a result.</summary>
internal sealed partial class WrkProcess : IDisposable
{
    // Linux on x86 and Arm.
    private const int SigCont = 18;
    private const int SigStop = 19;

    // Connecting, waiting for the last answers, and a machine that is busy with other things.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly TimeSpan _timeout;

    private WrkProcess(Process process, int seconds)
    {
        _process = process;
        _timeout = TimeSpan.FromSeconds(seconds) + s_grace;
    }

    public static WrkProcess Start(string fileName, IEnumerable<string> arguments, int seconds)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(fileName, arguments) { RedirectStandardOutput = true, UseShellExecute = false },
        };
        process.Start();
        return new WrkProcess(process, seconds);
    }

    /// <summary>Stops sending, and keeps what the other side answers for later.</summary>
    public void Freeze() => Signal(SigStop);

    public void Thaw() => Signal(SigCont);

    /// <summary>Waits for the end and reads the line that the hook of <see cref="WrkLoad"/> printed.</summary>
    /// <exception cref="InvalidOperationException">wrk failed, or was not done in time.</exception>
    public async Task<LoadResult> FinishAsync(CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(_timeout);
        try
        {
            var output = await _process.StandardOutput.ReadToEndAsync(timeout.Token);
            await _process.WaitForExitAsync(timeout.Token);
            return Parse(output);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"wrk had not ended after {_timeout.TotalSeconds} s.", late);
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static LoadResult Parse(string output)
    {
        var line = output.Split('\n').LastOrDefault(candidate => candidate.StartsWith(WrkLoad.Marker, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result. It wrote:{Environment.NewLine}{output}");
        var numbers = line.Split(' ')[1..].Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new LoadResult(
            Requests: numbers[0],
            Duration: TimeSpan.FromMicroseconds(numbers[1]),
            P50: TimeSpan.FromMicroseconds(numbers[2]),
            P99: TimeSpan.FromMicroseconds(numbers[3]),
            Failed: numbers[4]);
    }

    private void Signal(int signal)
    {
        // An ended wrk has no more use for the signal, and its number may belong to another process by now.
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, signal);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
