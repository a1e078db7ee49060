using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Which signals OpenTelemetry's variables ask for, and which values are mistakes.</summary>
public class TelemetryVariablesTests
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317";

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_SERVICE_NAME=shop", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", false, false, false)]
    [InlineData(Collector, true, true, true)]
    [InlineData(Collector + " OTEL_TRACES_EXPORTER=none", false, true, true)]
    [InlineData(Collector + " OTEL_METRICS_EXPORTER=none", true, false, true)]
    [InlineData(Collector + " OTEL_LOGS_EXPORTER=NONE", true, true, false)]
    [InlineData(Collector + " OTEL_SDK_DISABLED=true", false, false, false)]
    [InlineData(Collector + " OTEL_SDK_DISABLED=false", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://collector/v1/metrics", false, true, false)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", false, false, false)]
    public void Signals_areThoseWithAnEndpointAndNotSwitchedOff(string variables, bool traces, bool metrics, bool logs) =>
        TelemetryVariables.Of(Sources(variables)).ShouldBe(new TelemetryVariables(traces, metrics, logs));

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=nonsense", "not an http or https URL")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "it takes grpc, http/protobuf")]
    [InlineData("OTEL_TRACES_SAMPLER=parentbased_alwayson", "did you mean 'parentbased_always_on'")]
    [InlineData("OTEL_METRICS_EXPORTER=prometheus", "it takes otlp, none")]
    public void Mistake_isAnErrorThatNamesTheVariable(string variable, string says)
    {
        var errors = new List<ConfigError>();

        TelemetryVariables.Check(Sources(variable), errors);

        var error = errors.ShouldHaveSingleItem();
        error.Place!.Value.Source.ShouldBe($"environment variable {variable.Split('=')[0]}");
        error.Message.ShouldContain(says);
    }

    [Fact]
    public void StandardValues_areNoMistakes()
    {
        var errors = new List<ConfigError>();

        TelemetryVariables.Check(Sources($"{Collector} OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.1"), errors);

        errors.ShouldBeEmpty();
    }

    private static ConfigSources Sources(string variables) => new(
        "", null, variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
}
