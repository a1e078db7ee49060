using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("30S", 30_000)]
    [InlineData("250m", 250)]
    [InlineData("1500u", 1.5)]
    [InlineData("99999999n", 99.9999)]
    [InlineData("99999999H", 99_999_999 * 3_600_000.0)]
    [InlineData("0S", 0)]
    public void Parse_valueWithUnit_isRead(string text, double milliseconds) =>
        GrpcTimeout.Parse(text)!.Value.TotalMilliseconds.ShouldBe(milliseconds, tolerance: 0.001);

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("10")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("1s")]
    [InlineData("123456789S")]
    public void Parse_anythingElse_isNone(string text) => GrpcTimeout.Parse(text).ShouldBeNull();
}
