using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>One record for breaker and ejection.</summary>
public class OutcomeRecordTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly FakeTime _time = new();
    private readonly OutcomeRecord _record;

    public OutcomeRecordTests() => _record = new OutcomeRecord(_time);

    [Fact]
    public void Failures_are_errors_and_errors_need_not_be_failures()
    {
        Add(Verdict.Success);
        Add(Verdict.Success, isError: true);
        Add(Verdict.Failure, isError: true);
        Add(Verdict.Success, isSlow: true);

        Totals().ShouldBe(new OutcomeTotals(4, 1, 2, 1));
    }

    [Fact]
    public void Neutral_feeds_nothing()
    {
        Add(Verdict.Failure, isError: true);
        Add(Verdict.Neutral, isError: true, isSlow: true);

        (Totals(), _record.ConsecutiveFailures, _record.ConsecutiveErrors).ShouldBe((new OutcomeTotals(1, 1, 1, 0), 1, 1));
    }

    [Fact]
    public void Rows_are_broken_each_by_its_own_end()
    {
        Add(Verdict.Failure, isError: true);
        Add(Verdict.Failure, isError: true);
        Add(Verdict.Success, isError: true);
        (_record.ConsecutiveFailures, _record.ConsecutiveErrors).ShouldBe((0, 3));

        Add(Verdict.Success);
        (_record.ConsecutiveFailures, _record.ConsecutiveErrors).ShouldBe((0, 0));
    }

    [Fact]
    public void Window_over_nothing_is_left_but_the_rows()
    {
        Add(Verdict.Failure, isError: true, isSlow: true);
        _time.Advance(Window * 1.2);

        (Totals(), _record.ConsecutiveFailures, _record.ConsecutiveErrors).ShouldBe((default, 1, 1));
    }

    [Fact]
    public void Clear_forgets_all()
    {
        Add(Verdict.Failure, isError: true, isSlow: true);
        _record.Clear();

        (Totals(), _record.ConsecutiveFailures, _record.ConsecutiveErrors).ShouldBe((default, 0, 0));
    }

    private void Add(Verdict verdict, bool isError = false, bool isSlow = false) => _record.Add(new Outcome(verdict, isError, isSlow), Window, _time.GetTimestamp());

    private OutcomeTotals Totals() => _record.Totals(Window, _time.GetTimestamp());
}
