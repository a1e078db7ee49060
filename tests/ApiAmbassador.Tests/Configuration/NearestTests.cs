using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class NearestTests
{
    private static readonly string[] Names = ["Routes", "Clusters", "RoundRobin", "Or"];

    [Theory]
    [InlineData("Route", "Routes")]
    [InlineData("routes", "Routes")]
    [InlineData("Rotues", "Routes")] // Two neighbours swapped are one edit.
    [InlineData("RundRobn", "RoundRobin")]
    [InlineData("RoundRobin", "RoundRobin")]
    [InlineData("O", "Or")]
    [InlineData("Rxxxes", null)] // Three edits in six letters are too many.
    [InlineData("Something", null)]
    [InlineData("", null)]
    public void Find_takes_a_name_within_a_third_of_its_length(string written, string? expected)
    {
        Nearest.Find(written, Names).ShouldBe(expected);
    }

    [Fact]
    public void Find_with_nothing_to_choose_from_finds_nothing()
    {
        Nearest.Find("x", []).ShouldBeNull();
    }

    [Fact]
    public void Find_does_not_compare_what_is_far_too_long()
    {
        Nearest.Find(new string('a', 1_000_000), Names).ShouldBeNull();
    }

    [Fact]
    public void Hint_without_a_near_name_lists_up_to_twelve()
    {
        Nearest.Hint("xyz", Names).ShouldBe("; it takes Routes, Clusters, RoundRobin, Or");
        Nearest.Hint("Rout", Names).ShouldBe("; did you mean 'Routes'?");
        Nearest.Hint("xyz", [.. Enumerable.Range(100_000, 12).Select(i => i.ToString())]).ShouldStartWith("; it takes 100000, ");
        Nearest.Hint("xyz", [.. Enumerable.Range(100_000, 13).Select(i => i.ToString())]).ShouldBeEmpty();
        Nearest.Hint("xyz", []).ShouldBeEmpty();
    }
}
