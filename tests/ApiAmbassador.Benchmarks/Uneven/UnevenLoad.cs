using System.Collections.Concurrent;
using System.Diagnostics;

namespace ApiAmbassador.Benchmarks.Uneven;

/// <summary>GETs at random times at a steady mean rate, sent when they are due whether or not the ones before were answered.</summary>
internal sealed class UnevenLoad(Uri address, int rate, int seed) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
    private readonly Random _random = new(seed);

    /// <summary>Each answer's instance, and how long it took; the instance is −1 where it failed.</summary>
    public async Task<(int Instance, double Milliseconds)[]> RunAsync(TimeSpan time, CancellationToken cancellation)
    {
        var answers = new ConcurrentBag<(int, double)>();
        var running = new List<Task>();
        var started = Stopwatch.GetTimestamp();
        for (var due = 0.0; due < time.TotalSeconds; due -= Math.Log(1 - _random.NextDouble()) / rate)
        {
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < due)
            {
                await Task.Delay(1, cancellation);
            }

            running.Add(SendAsync(answers, cancellation));
        }

        await Task.WhenAll(running);
        return [.. answers];
    }

    public void Dispose() => _client.Dispose();

    private async Task SendAsync(ConcurrentBag<(int, double)> answers, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var instance = -1;
        try
        {
            using var response = await _client.GetAsync("/", cancellation);
            instance = response.IsSuccessStatusCode ? int.Parse(await response.Content.ReadAsStringAsync(cancellation)) : -1;
        }
        catch (HttpRequestException)
        {
            // Counted as failed.
        }

        answers.Add((instance, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
    }
}
