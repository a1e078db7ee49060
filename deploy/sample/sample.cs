#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

// The service behind the ambassador, and the application before it, for trying things out.
//
//   sample                  a service on port 8080 that answers with its name (the variable NAME)
//     GET  /healthz         200, or 503 while it is sick
//     GET  /slow?ms=3000    its name, after a while
//     POST /sick, /well     makes it sick (503 for everything), and well again
//   sample ask URL COUNT    asks so many times and prints how often each answer came; exits with 1 if one was not good
//   sample ask URL          eight callers ask, nearly two hundred times a second together; prints the same every two seconds, and how
//                           long the slowest answer took, until it is stopped
//
// Answers that are not good: bad:503 and so on; bad:none (nobody there to ask); bad:cut (the connection ended before the answer); bad:late.

using System.Diagnostics;
using System.Globalization;

return args switch
{
    ["ask", var url, var count] => await AskOftenAsync(new Uri(url), int.Parse(count, CultureInfo.InvariantCulture)),
    ["ask", var url] => await KeepAskingAsync(new Uri(url)),
    _ => await ServeAsync(),
};

static async Task<int> ServeAsync()
{
    var name = Environment.GetEnvironmentVariable("NAME") ?? Environment.MachineName;
    var isSick = false;
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    await using var app = builder.Build();
    IResult Answer() => Volatile.Read(ref isSick) ? Results.Text($"{name} is sick", statusCode: 503) : Results.Text(name);

    app.MapPost("/sick", () => { Volatile.Write(ref isSick, true); return $"{name} is sick now"; });
    app.MapPost("/well", () => { Volatile.Write(ref isSick, false); return $"{name} is well again"; });
    app.MapGet("/slow", async (int ms, CancellationToken cancellation) => { await Task.Delay(ms, cancellation); return Answer(); });
    app.Map("{**any}", Answer);
    await app.RunAsync("http://*:8080");
    return 0;
}

static async Task<int> AskOftenAsync(Uri url, int count)
{
    var tally = new Tally();
    using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    for (var i = 0; i < count; i++)
    {
        await tally.AskAsync(client, url);
    }

    Console.WriteLine(tally.Take(withTime: false));
    return tally.Bad > 0 ? 1 : 0;
}

static async Task<int> KeepAskingAsync(Uri url)
{
    var tally = new Tally();
    using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    for (var caller = 0; caller < 8; caller++)
    {
        _ = CallAsync();
    }

    using var everyTwoSeconds = new PeriodicTimer(TimeSpan.FromSeconds(2));
    while (await everyTwoSeconds.WaitForNextTickAsync())
    {
        Console.WriteLine(tally.Take(withTime: true));
    }

    return 0;

    async Task CallAsync()
    {
        while (true)
        {
            await tally.AskAsync(client, url);
            await Task.Delay(40);
        }
    }
}

// How often each answer came since it was last told, and how long the slowest was waited for.
internal sealed class Tally
{
    private readonly Lock _lock = new();
    private SortedDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private TimeSpan _slowest;

    public int Bad { get; private set; }

    public async Task AskAsync(HttpClient client, Uri url)
    {
        var began = Stopwatch.GetTimestamp();
        string answer;
        try
        {
            using var response = await client.GetAsync(url);
            answer = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : $"bad:{(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            answer = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError ? "bad:none" : "bad:cut";
        }
        catch (TaskCanceledException)
        {
            answer = "bad:late";
        }

        var took = Stopwatch.GetElapsedTime(began);
        lock (_lock)
        {
            _answers[answer] = _answers.GetValueOrDefault(answer) + 1;
            _slowest = took > _slowest ? took : _slowest;
            Bad += answer.StartsWith("bad:", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    public string Take(bool withTime)
    {
        lock (_lock)
        {
            var text = string.Join(' ', _answers.Select(pair => $"{pair.Key}={pair.Value}")) + (withTime ? $" slowest_ms={_slowest.TotalMilliseconds:0}" : "");
            (_answers, _slowest) = (new(StringComparer.Ordinal), default);
            return text;
        }
    }
}
