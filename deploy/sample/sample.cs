#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false

// The service behind the ambassador, and the application before it, for trying things out.
//
//   sample                  a service on port 8080 that answers with its name (the variable NAME)
//     GET  /healthz         200, or 503 while it is sick
//     GET  /slow?ms=3000    its name, after a while
//     POST /sick, /well     makes it sick (503 for everything), and well again
//   sample ask URL COUNT    asks so many times and prints how often each answer came; exits with 1 if one was not good
//   sample ask URL          asks ten times a second and prints the same every five seconds, until it is stopped

using System.Globalization;

return args is ["ask", var url, .. var count]
    ? await AskAsync(new Uri(url), count is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : null)
    : await ServeAsync();

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

static async Task<int> AskAsync(Uri url, int? count)
{
    using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
    var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
    var bad = 0;
    for (var i = 1; count is null || i <= count; i++)
    {
        string answer;
        try
        {
            using var response = await client.GetAsync(url);
            answer = response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : $"bad:{(int)response.StatusCode}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            answer = "bad:none";
        }

        answers[answer] = answers.GetValueOrDefault(answer) + 1;
        bad += answer.StartsWith("bad:", StringComparison.Ordinal) ? 1 : 0;
        if (i == count || (count is null && i % 50 == 0))
        {
            Console.WriteLine(string.Join(' ', answers.Select(pair => $"{pair.Key}={pair.Value}")));
            answers.Clear();
        }

        await Task.Delay(count is null ? 100 : 0);
    }

    return bad > 0 ? 1 : 0;
}
