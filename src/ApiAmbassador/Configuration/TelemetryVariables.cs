namespace ApiAmbassador.Configuration;

/// <summary>
/// Which signals are exported. OpenTelemetry is set up by its own standard variables and nothing else; without an endpoint there is no
/// exporter and no cost.
/// </summary>
/// <param name="Traces">Whether spans are.</param>
/// <param name="Metrics">Whether metrics are.</param>
/// <param name="Logs">Whether log entries are, besides the console.</param>
internal sealed record TelemetryVariables(bool Traces, bool Metrics, bool Logs)
{
    /// <summary>What all of its variables begin with.</summary>
    public const string Prefix = "OTEL_";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL", Sampler = "OTEL_TRACES_SAMPLER",
        SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";

    private static readonly string[] Signals = ["TRACES", "METRICS", "LOGS"];
    private static readonly string[] Exporters = ["otlp", "none"];
    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    /// <summary>Nothing at all.</summary>
    public static TelemetryVariables None { get; } = new(false, false, false);

    /// <summary>Whether anything is.</summary>
    public bool Any => Traces || Metrics || Logs;

    /// <summary>What the variables ask for.</summary>
    public static TelemetryVariables Of(ConfigSources sources)
    {
        if (string.Equals(sources.Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return None;
        }

        bool IsOn(string signal) =>
            (sources.Variable($"OTEL_{signal}_EXPORTER") ?? "otlp").Equals("otlp", StringComparison.OrdinalIgnoreCase)
            && (sources.Variable(Endpoint) ?? sources.Variable(EndpointOf(signal))) is not null;

        return new TelemetryVariables(IsOn(Signals[0]), IsOn(Signals[1]), IsOn(Signals[2]));
    }

    /// <summary>Reports values that the SDK would pass over in silence: telemetry that is missing is noticed when it is needed.</summary>
    public static void Check(ConfigSources sources, ICollection<ConfigError> errors)
    {
        foreach (var name in Signals.Select(EndpointOf).Prepend(Endpoint))
        {
            if (sources.Variable(name) is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            {
                errors.Add(new ConfigError(new Place($"environment variable {name}"), "", $"'{url}' is not an http or https URL; write it as http://collector:4317"));
            }
        }

        CheckChoice(Sampler, Samplers, sources, errors);
        if (sources.Variable(SamplerArgument) is { } share && !(double.TryParse(share, out var ratio) && ratio is >= 0 and <= 1))
        {
            errors.Add(new ConfigError(new Place($"environment variable {SamplerArgument}"), "", $"'{share}' is not a share of the traces; write a number from 0 to 1"));
        }

        foreach (var name in Signals.Select(signal => $"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL").Prepend(Protocol))
        {
            CheckChoice(name, Protocols, sources, errors);
        }

        foreach (var signal in Signals)
        {
            CheckChoice($"OTEL_{signal}_EXPORTER", Exporters, sources, errors);
        }
    }

    private static string EndpointOf(string signal) => $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT";

    private static void CheckChoice(string name, string[] choices, ConfigSources sources, ICollection<ConfigError> errors)
    {
        if (sources.Variable(name) is { } value && !choices.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add(new ConfigError(
                new Place($"environment variable {name}"), "", $"'{value}' is unknown here{Nearest.Hint(value, choices)}"));
        }
    }
}
