using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>A server process that we started: up when <see cref="StartAsync"/> returns, gone with all its children when disposed of.</summary>
internal sealed class ChildServer : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(15);

    // Short, because `startup` measures with it.
    private static readonly TimeSpan s_readyInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly string _label;
    private readonly ConcurrentQueue<string> _lastLines = new();

    private ChildServer(string label, Process process, Uri address)
    {
        _label = label;
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public Uri Address { get; }

    /// <summary>Starts the process and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">The process ended or did not answer in 15 s; the message has what it wrote.</exception>
    public static async Task<ChildServer> StartAsync(string label, ChildStart start, string directory, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo(start.FileName, start.Arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in start.Environment)
        {
            info.Environment[name] = value;
        }

        var server = new ChildServer(label, new Process { StartInfo = info }, start.Address);
        server._process.Start();
        try
        {
            server._process.BeginOutputReadLine();
            server._process.BeginErrorReadLine();
            await server.WaitUntilReadyAsync(start, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the process and its children have used since they started.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public ResourceUse ReadUse()
    {
        ThrowIfEnded();
        return ResourceUse.OfTree(_process.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The whole tree: a killed NGINX master leaves its workers behind.
            _process.Kill(entireProcessTree: true);
            using var timeout = new CancellationTokenSource(s_stopTimeout);
            await _process.WaitForExitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _process.Dispose();
    }

    private async Task WaitUntilReadyAsync(ChildStart start, CancellationToken cancellation)
    {
        using var client = Loopback.CreateClient(start.ReadyOverHttp2);
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(client, start.Ready, cancellation))
        {
            ThrowIfEnded();
            if (waited.Elapsed > s_startTimeout)
            {
                throw new InvalidOperationException($"{_label} did not answer 200 at {start.Ready} in {s_startTimeout.TotalSeconds} s.{Said()}");
            }

            await Task.Delay(s_readyInterval, cancellation);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri ready, CancellationToken cancellation)
    {
        try
        {
            using var response = await client.GetAsync(ready, cancellation);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception refusedOrSlow) when (refusedOrSlow is HttpRequestException || (refusedOrSlow is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw new InvalidOperationException($"{_label} ended with exit code {_process.ExitCode}.{Said()}");
        }
    }

    private string Said() => _lastLines.IsEmpty ? "" : $" It wrote:{Environment.NewLine}{string.Join(Environment.NewLine, _lastLines)}";

    private void Keep(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        _lastLines.Enqueue(line);
        if (_lastLines.Count > KeptLines)
        {
            _lastLines.TryDequeue(out _);
        }
    }
}
