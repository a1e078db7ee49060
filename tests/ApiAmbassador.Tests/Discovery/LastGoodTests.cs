using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

public class LastGoodTests
{
    private readonly LastGood _lastGood = new(confirmEmpty: 3, maxDropRatio: 0.5);

    [Fact]
    public void Lists_are_believed_as_they_come_and_the_same_list_is_no_change()
    {
        Take(0, "a", "b").ShouldBeTrue();
        Take(1, "a", "b").ShouldBeFalse();
        Take(2, "b", "c").ShouldBeTrue();

        Believed().ShouldBe("b c");
    }

    [Fact]
    public void Empty_list_is_believed_when_it_was_said_three_times_in_a_row()
    {
        Take(0, "a", "b");
        Take(1).ShouldBeFalse();
        Take(2).ShouldBeFalse();
        _lastGood.Unconfirmed.ShouldBe(2);
        Believed().ShouldBe("a b");

        Take(3).ShouldBeTrue();
        Believed().ShouldBe("");
        _lastGood.Unconfirmed.ShouldBe(0);
    }

    [Fact]
    public void Empty_lists_that_are_not_in_a_row_are_not_counted_together()
    {
        Take(0, "a");
        Take(1);
        Take(2);
        Take(3, "a");
        Take(4);
        Take(5);

        Believed().ShouldBe("a");
    }

    [Fact]
    public void First_list_may_be_empty()
    {
        Take(0).ShouldBeFalse();
        _lastGood.Unconfirmed.ShouldBe(1, "what was before it may stay until it is sure");
        Take(1, "a").ShouldBeTrue();
        _lastGood.Unconfirmed.ShouldBe(0);
    }

    [Theory]
    [InlineData("a b", "a b c d", "a b", "half may go")]
    [InlineData("a b c d", "a b c d", "a", "three of four are held")]
    [InlineData("a", "a b c", "a", "two of three may go")]
    [InlineData("e f g h", "a b c d", "e f g h", "all moved, none fewer")]
    [InlineData("e b c d a", "a b c d e", "e", "one is left")]
    public void Missing_ones_of_four_or_more_are_held_where_more_than_half_would_go(string believed, string before, string told, string why)
    {
        Take(0, before.Split(' '));
        Take(1, told.Split(' '));

        Believed().Split(' ').Order().ShouldBe(believed.Split(' ').Order(), why);
    }

    [Fact]
    public void Held_ones_are_let_go_when_they_fail_when_the_source_names_enough_again_or_after_five_minutes()
    {
        Take(0, "a", "b", "c", "d", "e");
        Take(1, "a");
        Names(_lastGood.Held).ShouldBe("b c d e");

        _lastGood.Release(instance => instance.Host == "d", TimeSpan.FromSeconds(2)).ShouldBeTrue();
        Believed().ShouldBe("a b c e");
        _lastGood.Release(_ => false, TimeSpan.FromSeconds(3)).ShouldBeFalse();

        Take(4, "a", "b", "c").ShouldBeTrue();
        Believed().ShouldBe("a b c");
        _lastGood.Held.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a b", "e", "a b c d")]
    [InlineData("a", "c d e", "a b")]
    public void Held_ones_that_fail_do_not_take_the_others_with_them_when_the_source_repeats_itself(string told, string failed, string believed)
    {
        Take(0, "a", "b", "c", "d", "e");
        Take(1, told.Split(' '));
        _lastGood.Release(instance => failed.Contains(instance.Host, StringComparison.Ordinal), TimeSpan.FromSeconds(2));

        Take(3, told.Split(' ')).ShouldBeFalse();
        Believed().ShouldBe(believed);
    }

    [Fact]
    public void Hold_is_over_after_five_minutes_whether_the_source_repeats_itself_or_not()
    {
        Take(0, "a", "b", "c", "d");
        Take(10, "a");
        Take(309, "a").ShouldBeFalse();
        _lastGood.Release(_ => false, TimeSpan.FromSeconds(309)).ShouldBeFalse();

        _lastGood.Release(_ => false, TimeSpan.FromSeconds(310)).ShouldBeTrue();
        Believed().ShouldBe("a");
    }

    [Fact]
    public void Confirmed_empty_list_of_many_is_a_drop_as_well()
    {
        Take(0, "a", "b", "c", "d");
        Take(1);
        Take(2);
        Take(3);

        Believed().ShouldBe("a b c d");
        _lastGood.Held.Count.ShouldBe(4);
        _lastGood.Release(_ => true, TimeSpan.FromSeconds(4)).ShouldBeTrue();
        Believed().ShouldBe("");
    }

    [Fact]
    public void Held_one_that_returns_with_another_weight_has_that_weight()
    {
        Take(0, "a", "b", "c", "d");
        Take(1, "a");
        _lastGood.Take([new Instance("http", "a", 80), new Instance("http", "b", 80, Weight: 7)], TimeSpan.FromSeconds(2)).ShouldBeTrue();

        _lastGood.List.Single(instance => instance.Host == "b").Weight.ShouldBe(7);
        _lastGood.List.Count.ShouldBe(2);
    }

    private bool Take(double seconds, params string[] hosts) => _lastGood.Take([.. hosts.Select(host => new Instance("http", host, 80))], TimeSpan.FromSeconds(seconds));

    private string Believed() => Names(_lastGood.List);

    private static string Names(IReadOnlyList<Instance> list) => string.Join(' ', list.Select(instance => instance.Host));
}
