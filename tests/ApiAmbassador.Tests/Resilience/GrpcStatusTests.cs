using System.Net;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class GrpcStatusTests
{
    [Theory]
    [InlineData("0", 200)]
    [InlineData("1", 200)]
    [InlineData("2", 500)]
    [InlineData("4", 200)]
    [InlineData("5", 200)]
    [InlineData("8", 429)]
    [InlineData("12", 200)]
    [InlineData("13", 500)]
    [InlineData("14", 503)]
    [InlineData("15", 500)]
    [InlineData("140", 200)]
    [InlineData("", 200)]
    public void Code_standsForAStatus(string code, int status)
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.OK);
        answer.Headers.TryAddWithoutValidation("grpc-status", code);

        GrpcStatus.Of(answer).ShouldBe(status);
    }

    [Fact]
    public void Answer_withoutACode_isItsOwnStatus()
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.NotFound);

        GrpcStatus.Of(answer).ShouldBe(404);
    }

    [Fact]
    public void Status_thatIsAnErrorItself_stays()
    {
        using var answer = new HttpResponseMessage(HttpStatusCode.BadGateway);
        answer.Headers.TryAddWithoutValidation("grpc-status", "13");

        GrpcStatus.Of(answer).ShouldBe(502);
    }
}
