using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Outage;

/// <summary>An instance of the cluster, in this process, that can go down and come back at its address.</summary>
internal sealed class Instance(string answer = "an answer") : IAsyncDisposable
{
    private WebApplication? _app;
    private volatile int _status = StatusCodes.Status200OK;

    public int Port { get; } = Loopback.FreeAddress().Port;

    public async Task StartAsync()
    {
        _status = StatusCodes.Status200OK;
        if (_app is null)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{Port}");
            _app = builder.Build();
            _app.Run(context =>
            {
                context.Response.StatusCode = _status;
                return context.Response.WriteAsync(answer, context.RequestAborted);
            });
            await _app.StartAsync();
        }
    }

    public async Task BreakAsync(string how)
    {
        if (how == "answers 503")
        {
            _status = StatusCodes.Status503ServiceUnavailable;
        }
        else
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await _app.StopAsync(atOnce.Token);
            await _app.DisposeAsync();
            _app = null;
        }
    }
}
