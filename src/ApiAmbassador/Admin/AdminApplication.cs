using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using ApiAmbassador.Observability;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace ApiAmbassador.Admin;

/// <summary>The admin listener: a web application of its own, on its own port.</summary>
internal static class AdminApplication
{
    private const string Startup = "startup", Ready = "ready";

    /// <summary>Builds it over the data application's state.</summary>
    public static WebApplication Build(Gathered gathered, ConfigSources sources, IServiceProvider data, AmbassadorOptions options)
    {
        var builder = AmbassadorApplication.CreateBuilder(gathered, sources);
        builder.WebHost.UseKestrel(kestrel => Listeners.ConfigureAdmin(kestrel, options.Admin, gathered.Configuration, data.GetRequiredService<ServedCertificates>()));
        builder.Services.AddHealthChecks()
            .AddCheck("configuration", ActivatorUtilities.CreateInstance<ConfigurationCheck>(data), tags: [Startup, Ready])
            .AddCheck("probes", ActivatorUtilities.CreateInstance<FirstProbesCheck>(data), tags: [Startup])
            .AddCheck("discovery", ActivatorUtilities.CreateInstance<FirstAnswersCheck>(data), tags: [Startup])
            .AddCheck("listening", ActivatorUtilities.CreateInstance<ListeningCheck>(data), tags: [Startup, Ready])
            .AddCheck("destinations", ActivatorUtilities.CreateInstance<DestinationsCheck>(data), tags: [Ready]);

        builder.Services.ConfigureHttpJsonOptions(json => AdminJson.Configure(json.SerializerOptions));

        builder.Services.AddSingleton(_ => ActivatorUtilities.CreateInstance<RefusedAttempts>(data));
        builder.Services.AddResponseCompression(compression => compression.MimeTypes = MetricsEndpoint.Types);

        var app = builder.Build();
        app.Use(RequestSpan.ForgetAsync);
        app.UseWhen(context => context.Request.Path == MetricsEndpoint.Path, scrape => scrape.UseResponseCompression());
        app.UseAdminGuard(data.GetRequiredService<SnapshotStore>(), app.Services.GetRequiredService<RefusedAttempts>());
        app.MapPage();
        app.MapAdminApi(data, sources);
        app.MapMetrics(data.GetRequiredService<PrometheusMetrics>());
        app.MapHealthChecks("/livez", Probe(tag: null)).DisableHttpMetrics();
        app.MapHealthChecks("/startupz", Probe(Startup)).DisableHttpMetrics();
        app.MapHealthChecks("/readyz", Probe(Ready)).DisableHttpMetrics();
        return app;
    }

    /// <summary>Liveness asks nothing but an answer: a restart mends no dependency.</summary>
    private static HealthCheckOptions Probe(string? tag) => new()
    {
        Predicate = check => tag is not null && check.Tags.Contains(tag),
        ResponseWriter = ProbeResponse.WriteAsync,
    };
}
