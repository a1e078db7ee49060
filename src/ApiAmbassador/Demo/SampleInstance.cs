using System.Net;
using System.Text.Json;

namespace ApiAmbassador.Demo;

/// <summary>One instance of the demo's service: a small web server on a free loopback port that can fall ill.</summary>
internal sealed class SampleInstance : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Random _random;
    private volatile SampleHealth _health;

    private SampleInstance(WebApplication app, string name, string version, Random random)
    {
        _app = app;
        _random = random;
        Name = name;
        Version = version;
    }

    /// <summary>Its name, which it puts into every answer and which is its destination's id.</summary>
    public string Name { get; }

    /// <summary>The version of the service that it runs, which is its cluster's id.</summary>
    public string Version { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>How it is; anybody may change it at any time.</summary>
    public SampleHealth Health
    {
        get => _health;
        set => _health = value;
    }

    /// <summary>Starts one.</summary>
    public static async Task<SampleInstance> StartAsync(string name, string version, Random random)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var instance = new SampleInstance(builder.Build(), name, version, random);
        instance._app.Run(instance.AnswerAsync);
        await instance._app.StartAsync();
        return instance;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (_health == SampleHealth.Down)
        {
            context.Abort(); // As a process that was killed looks from outside: the connection is gone.
            return;
        }

        if (context.Request.Path == "/healthz")
        {
            context.Response.StatusCode = _health == SampleHealth.Well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return;
        }

        // A few milliseconds of work, so that there is a latency to look at.
        await Task.Delay(TimeSpan.FromMilliseconds(2 + (8 * _random.NextDouble())), context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { instance = Name, version = Version }), context.RequestAborted);
    }
}

/// <summary>How a sample instance is.</summary>
internal enum SampleHealth
{
    /// <summary>It answers.</summary>
    Well,

    /// <summary>It still answers, but its health check says that it will not for long.</summary>
    Failing,

    /// <summary>It answers nothing.</summary>
    Down,
}
