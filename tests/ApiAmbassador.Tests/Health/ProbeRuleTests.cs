using ApiAmbassador.Configuration;
using ApiAmbassador.Health;

namespace ApiAmbassador.Tests.Health;

public class ProbeRuleTests
{
    // G a good probe, b a failed one; + usable after it, - not.
    [Theory]
    [InlineData(2, 2, "G", "+")] // The first probe decides.
    [InlineData(2, 2, "b", "-")]
    [InlineData(3, 3, "GbbGbbbGGbGGG", "++++++------+")]
    [InlineData(2, 2, "GbGbGbb", "++++++-")] // A good one between starts the count again.
    [InlineData(2, 2, "bGbGbGG", "------+")]
    [InlineData(1, 1, "GbGb", "+-+-")]
    [InlineData(1, 3, "GbbbG", "+++-+")]
    [InlineData(3, 1, "GbGGG", "+---+")]
    public void Verdict_follows_both_thresholds(int healthy, int unhealthy, string probes, string verdicts)
    {
        var rule = ProbeRule.Create(new ActiveHealthCheckOptions { HealthyThreshold = healthy, UnhealthyThreshold = unhealthy }, yarpThreshold: null);
        var record = default(ProbeRecord);
        var found = "";
        foreach (var probe in probes)
        {
            record = rule.After(record, probe == 'G');
            found += record.Healthy == true ? '+' : '-';
        }

        found.ShouldBe(verdicts);
    }

    [Fact]
    public void Record_counts_probes_of_a_kind_in_a_row()
    {
        var rule = ProbeRule.Create(new ActiveHealthCheckOptions(), yarpThreshold: null);

        var record = rule.After(rule.After(rule.After(default, good: true), good: false), good: false);

        record.ShouldBe(new ProbeRecord(Healthy: false, Good: false, Run: 2));
    }

    [Theory]
    [InlineData(null, null, 2)]
    [InlineData(null, 5, 5)]
    [InlineData(3, 5, 3)]
    public void Unhealthy_threshold_is_ours_else_that_of_YARP(int? ours, int? yarp, int expected)
    {
        ProbeRule.Create(new ActiveHealthCheckOptions { UnhealthyThreshold = ours }, yarp).UnhealthyThreshold.ShouldBe(expected);
    }

    [Theory]
    [InlineData("200", 200, 200)]
    [InlineData("200-399", 200, 399)]
    [InlineData("100-599", 100, 599)]
    public void Status_is_a_code_or_a_range(string text, int first, int last)
    {
        ProbeRule.TryParseStatus(text, out var from, out var to).ShouldBeTrue();
        (from, to).ShouldBe((first, last));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2xx")]
    [InlineData("99")]
    [InlineData("600")]
    [InlineData("399-200")]
    [InlineData("200-")]
    [InlineData("-200")]
    [InlineData("200-300-400")]
    [InlineData(" 200")]
    [InlineData("200-99999999999")]
    public void Status_is_nothing_else(string text)
    {
        ProbeRule.TryParseStatus(text, out _, out _).ShouldBeFalse();

        var rule = ProbeRule.Create(new ActiveHealthCheckOptions { ExpectedStatus = [text, "204"] }, yarpThreshold: null);
        rule.StatusMistakes.ShouldBe([text]);
        rule.ExpectedStatus.ShouldBe([204]);
    }

    [Fact]
    public void Without_options_every_successful_status_is_good()
    {
        var rule = ProbeRule.Create(new ActiveHealthCheckOptions(), yarpThreshold: null);

        rule.ExpectedStatus.Order().ShouldBe(Enumerable.Range(200, 100));
        rule.IsSet.ShouldBeFalse();
    }

    [Fact]
    public void Empty_list_of_statuses_is_the_default()
    {
        ProbeRule.Create(new ActiveHealthCheckOptions { ExpectedStatus = [] }, yarpThreshold: null).ExpectedStatus.Count.ShouldBe(100);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("a=b", "?a=b")]
    [InlineData("?a=b", "?a=b")]
    public void Query_has_one_question_mark(string? written, string expected)
    {
        ProbeRule.Create(new ActiveHealthCheckOptions { Query = written }, yarpThreshold: null).Query.ShouldBe(expected);
    }
}
