using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.Uneven;

/// <summary>An instance in this process that works on a few requests at a time, each for a fixed time; the others wait. It answers its number.</summary>
internal sealed class UnevenInstance : IAsyncDisposable
{
    private const int Workers = 8;

    private readonly SemaphoreSlim _workers = new(Workers);
    private readonly WebApplication _app;

    private UnevenInstance(int number, TimeSpan service)
    {
        Address = Loopback.FreeAddress();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(Address.AbsoluteUri);
        _app = builder.Build();
        var body = $"{number}";
        _app.Run(async context =>
        {
            await _workers.WaitAsync(context.RequestAborted);
            try
            {
                await Task.Delay(service, context.RequestAborted);
            }
            finally
            {
                _workers.Release();
            }

            await context.Response.WriteAsync(body, context.RequestAborted);
        });
    }

    public Uri Address { get; }

    public static async Task<UnevenInstance> StartAsync(int number, TimeSpan service)
    {
        var instance = new UnevenInstance(number, service);
        await instance._app.StartAsync();
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _workers.Dispose();
    }
}
