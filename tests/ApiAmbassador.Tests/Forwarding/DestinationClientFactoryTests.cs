using ApiAmbassador.Configuration;
using ApiAmbassador.Forwarding;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Tests.Forwarding;

public class DestinationClientFactoryTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "00:00:02", true)] // What it is where nobody says.
    [InlineData("00:00:01", "00:00:01", true)]
    [InlineData("00:00:01", "00:00:03", false)]
    [InlineData("00:00:01", null, false)]
    public void Client_is_kept_as_long_as_the_timeout_is(string? before, string? after, bool kept)
    {
        var factory = new DestinationClientFactory(NullLogger<ForwarderHttpClientFactory>.Instance, TelemetryVariables.None, new DestinationConnections());
        using var old = factory.CreateClient(new ForwarderHttpClientContext { ClusterId = "api", NewConfig = HttpClientConfig.Empty, NewMetadata = Metadata(before) });

        using var client = factory.CreateClient(new ForwarderHttpClientContext
        {
            ClusterId = "api",
            OldClient = old,
            OldConfig = HttpClientConfig.Empty,
            OldMetadata = Metadata(before),
            NewConfig = HttpClientConfig.Empty,
            NewMetadata = Metadata(after),
        });

        ReferenceEquals(client, old).ShouldBe(kept);
    }

    [Fact]
    public void Changed_settings_of_the_client_make_a_new_one()
    {
        var factory = new DestinationClientFactory(NullLogger<ForwarderHttpClientFactory>.Instance, TelemetryVariables.None, new DestinationConnections());
        using var old = factory.CreateClient(new ForwarderHttpClientContext { ClusterId = "api", NewConfig = HttpClientConfig.Empty });

        using var client = factory.CreateClient(new ForwarderHttpClientContext
        {
            ClusterId = "api",
            OldClient = old,
            OldConfig = HttpClientConfig.Empty,
            NewConfig = HttpClientConfig.Empty with { MaxConnectionsPerServer = 1 },
        });

        client.ShouldNotBeSameAs(old);
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("00:00:00.2500000", 0.25)]
    [InlineData("00:01:00", 60)]
    [InlineData("soon", 2)]
    public void Timeout_is_read_from_the_metadata(string? text, double seconds)
    {
        ConnectTimeout.Of(Metadata(text)).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    private static Dictionary<string, string>? Metadata(string? timeout) => timeout is null ? null : new() { [ConnectTimeout.MetadataKey] = timeout };
}
