using ApiAmbassador.Admin;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Observability;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace ApiAmbassador.Hosting;

/// <summary>
/// The ambassador as a whole: two web applications in one process, one for requests to the destinations and one for probes and
/// operators. They share state and no endpoint, so that nothing a caller writes into a request on the data port can reach the admin.
/// </summary>
internal sealed partial class AmbassadorHost : IAsyncDisposable
{
    /// <summary>Whoever reads an answer of the admin listener slowly must not keep the process.</summary>
    private static readonly TimeSpan AdminPatience = TimeSpan.FromSeconds(1);

    private readonly WebApplication _data;
    private readonly WebApplication _admin;
    private readonly Lifecycle _lifecycle;
    private readonly Timeline _timeline;
    private readonly ILogger<AmbassadorHost> _logger;

    private AmbassadorHost(WebApplication data, WebApplication admin)
    {
        _data = data;
        _admin = admin;
        _lifecycle = data.Services.GetRequiredService<Lifecycle>();
        _timeline = data.Services.GetRequiredService<Timeline>();
        _logger = data.Services.GetRequiredService<ILogger<AmbassadorHost>>();
    }

    /// <summary>Where requests are taken: the addresses in fact bound.</summary>
    public IReadOnlyList<Uri> Addresses => AddressesOf(_data);

    /// <summary>Where probes are answered.</summary>
    public Uri AdminAddress => AddressesOf(_admin)[0];

    /// <summary>Cancelled when an operator asks the ambassador to stop; whoever runs it then calls <see cref="StopAsync"/>.</summary>
    public CancellationToken StopRequested => _lifecycle.StopRequested;

    /// <summary>The data application's services.</summary>
    public IServiceProvider Services => _data.Services;

    /// <summary>The admin application's services.</summary>
    public IServiceProvider AdminServices => _admin.Services;

    /// <summary>Reads and checks a configuration as <see cref="StartAsync"/> does, and starts nothing.</summary>
    public static Task<(Snapshot Snapshot, IReadOnlyList<ConfigError> Errors)> CheckAsync(ConfigSources sources) =>
        CheckAsync(ConfigGatherer.Gather(sources), sources);

    /// <summary>The same for what was gathered already.</summary>
    public static async Task<(Snapshot Snapshot, IReadOnlyList<ConfigError> Errors)> CheckAsync(Gathered gathered, ConfigSources sources)
    {
        try
        {
            await using var data = BuildData(gathered, sources, TelemetryVariables.None);
            return await data.Services.GetRequiredService<ConfigReloader>().CheckAsync(gathered);
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
        {
            return (Snapshot.Empty, [explanation]);
        }
    }

    /// <summary>Asks every source of a good configuration once: how each stands, and the destinations that there would be.</summary>
    public static async Task<(IReadOnlyList<(FeedId Id, FeedState State, string? Problem)> Sources, Snapshot Snapshot)> AskSourcesAsync(
        Gathered gathered, ConfigSources sources)
    {
        await using var data = BuildData(gathered, sources, TelemetryVariables.None, services => services.AddLogging(log => log.ClearProviders()));
        var (snapshot, _) = await data.Services.GetRequiredService<ConfigReloader>().CheckAsync(gathered);
        var discovery = data.Services.GetRequiredService<InstanceDiscovery>();
        await discovery.FollowAsync(snapshot, 2 * PolledSource.Patience); // Once for a source, once for the names that it names.
        return (discovery.States, DestinationLayers.Lay(snapshot with { Found = discovery.Collect() }, Snapshot.Empty));
    }

    /// <summary>Starts the ambassador, or returns why not.</summary>
    /// <param name="sources">Where settings are read from.</param>
    /// <param name="replace">Puts other services in the place of ours; for tests.</param>
    public static async Task<(AmbassadorHost? Host, IReadOnlyList<ConfigError> Errors)> StartAsync(ConfigSources sources, Action<IServiceCollection>? replace = null)
    {
        AmbassadorHost? host = null;
        try
        {
            var gathered = ConfigGatherer.Gather(sources);
            var data = BuildData(gathered, sources, TelemetryVariables.Of(sources), replace);
            var errors = await data.Services.GetRequiredService<ConfigReloader>().ApplyAsync(gathered);
            if (errors.Count > 0)
            {
                await data.DisposeAsync();
                return (null, errors);
            }

            data.UseProxyPipeline();
            var options = data.Services.GetRequiredService<SnapshotStore>().Current.Ambassador;
            host = new AmbassadorHost(data, AdminApplication.Build(gathered, sources, data.Services, options));
            await host.StartListenersAsync();
            return (host, []);
        }
        catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
        {
            await (host?.DisposeAsync() ?? ValueTask.CompletedTask);
            return (null, [explanation]);
        }
    }

    /// <summary>
    /// Stops as the orchestrators expect: not ready at once; for <c>DrainDelay</c> requests are still taken, because the application
    /// beside us is still calling; then the listeners close, and what is in flight has <c>DrainTimeout</c> to finish.
    /// </summary>
    /// <param name="hurry">Skips what is left of the delay when it is cancelled.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        _lifecycle.Draining();
        var options = _data.Services.GetRequiredService<SnapshotStore>().Current.Ambassador;
        if (options.DrainDelay > TimeSpan.Zero && !hurry.IsCancellationRequested)
        {
            LogDraining(_logger, options.DrainDelay);
            _timeline.Add(TimelineKind.Lifecycle, subject: null, $"draining: requests are taken for {options.DrainDelay:c} more");
            await Task.Delay(options.DrainDelay, TimeProvider.System, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        LogStopping(_logger, options.DrainTimeout);
        _timeline.Add(TimelineKind.Lifecycle, subject: null, $"stopping: requests in flight have {options.DrainTimeout:c}");
        using var patience = new CancellationTokenSource(options.DrainTimeout);
        await _data.StopAsync(patience.Token);
        using var adminPatience = new CancellationTokenSource(AdminPatience);
        await _admin.StopAsync(adminPatience.Token);
        LogStopped(_logger);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _data.DisposeAsync();
        await _admin.DisposeAsync();
    }

    private static WebApplication BuildData(Gathered gathered, ConfigSources sources, TelemetryVariables telemetry, Action<IServiceCollection>? replace = null)
    {
        var options = SnapshotBuilder.Ambassador(gathered);
        var builder = AmbassadorApplication.CreateBuilder(gathered, sources);
        builder.WebHost.UseKestrel(kestrel => Listeners.ConfigureData(kestrel, options, gathered.Configuration));
        builder.WebHost.UseSockets(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = EventThreads.ServeRequests;
            sockets.Backlog = int.MaxValue; // The system's own bound, net.core.somaxconn. Who is too many waits for a second, and asks again.
        });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, TransportMemory>();
        builder.Services.AddSingleton<IConnectionListenerFactory, LastCallers>();
        builder.AddTelemetry(sources, telemetry);
        builder.Services.AddAmbassador(gathered, sources);
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<ConfigWatcher>(services, sources, gathered));
        builder.Services.AddHostedService<DiscoveryLoop>();
        replace?.Invoke(builder.Services);
        return builder.Build();
    }

    private async Task StartListenersAsync()
    {
        // The admin first: a probe that comes early is told that we are starting, not refused.
        await _admin.StartAsync();
        await _data.StartAsync();
        _lifecycle.Listening();
        LogListening(_logger, string.Join(", ", Addresses), AdminAddress);
        _timeline.Add(TimelineKind.Lifecycle, subject: null, $"started: version {BuildVersion.Version}, listening on {string.Join(", ", Addresses)}");
    }

    private static Uri[] AddressesOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
}
