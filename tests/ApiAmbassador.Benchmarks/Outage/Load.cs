using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Benchmarks.Outage;

/// <summary>GETs at a steady rate, sent when they are due whether or not the ones before were answered; and a count of the attempts that an ambassador in this process made.</summary>
internal sealed class Load : IDisposable
{
    private const int TicksASecond = 500, OutstandingMax = 1_000;

    private readonly HttpClient _client;
    private readonly MeterListener _listener = new();
    private readonly int _rate;
    private long _attempts;
    private int _outstanding;

    public Load(Uri address, int rate)
    {
        _rate = rate;
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == ClusterTimes.AttemptDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _attempts));
        _listener.Start();
    }

    public Task<LoadReport> RunAsync(TimeSpan time, CancellationToken cancellation) => RunAsync(elapsed => elapsed < time, cancellation);

    /// <summary>Goes on until it is told to stop.</summary>
    public Task<LoadReport> RunUntilAsync(CancellationToken stop) => RunAsync(_ => !stop.IsCancellationRequested, CancellationToken.None);

    public void Dispose()
    {
        _listener.Dispose();
        _client.Dispose();
    }

    private async Task<LoadReport> RunAsync(Func<TimeSpan, bool> goesOn, CancellationToken cancellation)
    {
        var answers = new ConcurrentBag<Answer>();
        var attempts = Interlocked.Read(ref _attempts);
        var started = Stopwatch.GetTimestamp();
        var running = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / TicksASecond));
        for (var sent = 0; goesOn(Stopwatch.GetElapsedTime(started)); await timer.WaitForNextTickAsync(cancellation))
        {
            for (var due = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * _rate); sent < due && Volatile.Read(ref _outstanding) < OutstandingMax; sent++)
            {
                running.Add(SendAsync(started, answers, cancellation));
            }
        }

        await Task.WhenAll(running);
        using var process = Process.GetCurrentProcess();
        return new LoadReport([.. answers], Interlocked.Read(ref _attempts) - attempts, process.WorkingSet64 / (1024 * 1024));
    }

    private async Task SendAsync(long runStarted, ConcurrentBag<Answer> answers, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _outstanding);
        var started = Stopwatch.GetTimestamp();
        var status = 0;
        try
        {
            using var response = await _client.GetAsync("/", cancellation);
            status = (int)response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Counted as status 0.
        }

        Interlocked.Decrement(ref _outstanding);
        answers.Add(new Answer(status, Stopwatch.GetElapsedTime(started), Stopwatch.GetElapsedTime(runStarted)));
    }
}
