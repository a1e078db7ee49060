using ApiAmbassador.Forwarding;

namespace ApiAmbassador.Tests.Forwarding;

public class ConnectTimeoutTests
{
    [Theory]
    [InlineData("00:00:00.2500000", 0.25)]
    [InlineData("00:01:00", 60)]
    [InlineData("soon", 2)] // Refused by the validator; here it must only do no harm.
    [InlineData("", 2)]
    public void Metadata_gives_the_timeout(string text, double seconds)
    {
        ConnectTimeout.Of(new Dictionary<string, string> { [ConnectTimeout.MetadataKey] = text }).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Without_metadata_it_is_the_default()
    {
        ConnectTimeout.Of(metadata: null).ShouldBe(TimeSpan.FromSeconds(2));
        ConnectTimeout.Of(new Dictionary<string, string> { ["other"] = "00:00:05" }).ShouldBe(ConnectTimeout.Default);
    }

    [Fact]
    public void Text_reads_back_to_the_tick()
    {
        var timeout = TimeSpan.FromTicks(12_345_678);

        ConnectTimeout.TryParse(ConnectTimeout.ToText(timeout), out var read).ShouldBeTrue();
        read.ShouldBe(timeout);
    }
}
