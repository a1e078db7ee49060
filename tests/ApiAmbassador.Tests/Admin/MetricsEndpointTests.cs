using ApiAmbassador.Admin;

namespace ApiAmbassador.Tests.Admin;

public class MetricsEndpointTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;version=\"1.0.0\"", true)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [InlineData("text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.3", false)]
    [InlineData("=;,;;,application/", false)]
    public void OpenMetrics_isWritten_whereItIsAskedForByName(string accept, bool expected) =>
        MetricsEndpoint.WantsOpenMetrics([accept]).ShouldBe(expected);
}
