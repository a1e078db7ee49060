namespace ApiAmbassador.WireTests;

public sealed class EventuallyTests
{
    [Fact]
    public async Task Eventually_returns_the_first_value_that_satisfies()
    {
        var value = 0;

        (await Eventually.SeesAsync(() => ++value, seen => seen >= 3)).ShouldBe(3);
    }

    [Fact]
    public async Task Eventually_in_vain_shows_the_condition_and_the_last_value()
    {
        var exception = await Should.ThrowAsync<TimeoutException>(() =>
            Eventually.SeesAsync(() => "grey", colour => colour is "green", TimeSpan.FromMilliseconds(50)));

        exception.Message.ShouldBe("`colour => colour is \"green\"` did not come true within 0.05 s; last seen: grey");
    }
}
