using System.Text.Json;

namespace ApiAmbassador.Demo;

/// <summary>A gentle client: ten callers, about ninety requests a second together, each with one of a thousand user ids.</summary>
internal sealed class DemoClient(Uri api, Scoreboard scores, Random random, TimeProvider time)
{
    private const int Callers = 10, Users = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Calls until it is told to stop. A request under way then is finished and counted.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = api, Timeout = TimeSpan.FromSeconds(10) };
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
            {
                await CallAsync(http);
                await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }));
    }

    private async Task CallAsync(HttpClient http)
    {
        var started = time.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("X-User-Id", random.Next(Users).ToString());
            using var response = await http.SendAsync(request);
            var body = await response.Content.ReadAsByteArrayAsync();
            if (response.IsSuccessStatusCode)
            {
                using var json = JsonDocument.Parse(body);
                scores.Answered(json.RootElement.GetProperty("instance").GetString()!, time.GetElapsedTime(started));
            }
            else
            {
                scores.Failed();
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            scores.Failed();
        }
    }
}
