using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class RetryOnTests
{
    [Theory]
    [InlineData("connect-failure", "connect")]
    [InlineData("refused-stream", "refused")]
    [InlineData("reset", "reset")]
    [InlineData("attempt-timeout", "timeout")]
    [InlineData("Gateway-Error", "502 503 504")]
    [InlineData("RETRIABLE-4xx", "409 425 429")]
    [InlineData("507", "507")]
    [InlineData("400", "400")]
    [InlineData("599", "599")]
    [InlineData("520-523", "520 521 522 523")]
    [InlineData("499-500", "499 500")]
    [InlineData("", "")]
    [InlineData("reset 404 gateway-error 404", "reset 404 502 503 504")]
    public void Word_says_what_is_tried_again(string written, string expected)
    {
        var on = RetryOn.Parse(written.Split(' ', StringSplitOptions.RemoveEmptyEntries), out var mistakes);

        mistakes.ShouldBeEmpty();
        Text(on).ShouldBe(expected);
    }

    [Fact]
    public void Ranges_go_to_both_ends()
    {
        Statuses(RetryOn.Parse(["5XX"], out _)).ShouldBe(Enumerable.Range(500, 100));
        Statuses(RetryOn.Parse(["400-599"], out _)).ShouldBe(Enumerable.Range(400, 200));
    }

    [Fact]
    public void Nothing_written_is_the_default()
    {
        var on = RetryOn.Parse(on: null, out var mistakes);

        mistakes.ShouldBeEmpty();
        Text(on).ShouldBe("connect refused reset timeout 502 503 504");
    }

    [Theory]
    [InlineData("conect-failure")]
    [InlineData("4xx")]
    [InlineData("399")]
    [InlineData("600")]
    [InlineData("399-500")]
    [InlineData("500-600")]
    [InlineData("504-502")]
    [InlineData("reset ")]
    [InlineData("")]
    public void Anything_else_is_a_mistake_and_the_rest_holds(string written)
    {
        var on = RetryOn.Parse(["502", written, "reset"], out var mistakes);

        mistakes.ShouldBe([written]);
        Text(on).ShouldBe("reset 502");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(600)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Status_that_nobody_can_name_is_never_tried_again(int status)
    {
        RetryOn.Parse(["400-599"], out _).Status(status).ShouldBeFalse();
    }

    [Fact]
    public void Each_word_is_read()
    {
        RetryOn.Parse(RetryOn.Words, out var mistakes);

        mistakes.ShouldBeEmpty();
        RetryOptions.DefaultOn.ShouldBeSubsetOf(RetryOn.Words);
    }

    private static string Text(RetryOn on) => string.Join(' ', new[]
    {
        on.ConnectFailure ? "connect" : "", on.RefusedStream ? "refused" : "", on.Reset ? "reset" : "", on.AttemptTimeout ? "timeout" : "", string.Join(' ', Statuses(on)),
    }.Where(word => word.Length > 0));

    private static IEnumerable<int> Statuses(RetryOn on) => Enumerable.Range(0, 1000).Where(on.Status);
}
