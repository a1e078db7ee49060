using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using BenchmarkDotNet.Attributes;

namespace ApiAmbassador.Benchmarks.Pieces;

/// <summary>What breakers, budgets and limits add to a request that goes well.</summary>
[MemoryDiagnoser]
public class ResilienceBenchmarks
{
    private readonly CircuitBreakerOptions _breakerOptions = new();
    private readonly CircuitBreakerOptions _withoutRatio = new() { FailureRatio = 0 };
    private readonly RetryBudgetOptions _budgetOptions = new();
    private readonly LimitsOptions _limitsOptions = new() { MaxConcurrentRequests = 100, MaxConcurrentRequestsPerDestination = 50, MaxQueuedRequests = 100 };
    private readonly Breaker _breaker = new(TimeProvider.System, Random.Shared, new OutcomeRecord(TimeProvider.System));
    private readonly RetryBudget _budget = new(TimeProvider.System);
    private readonly ConcurrencyLimit _limit = new(TimeProvider.System);
    private readonly DestinationSlots[] _destinations = [new(), new(), new()];

    public ResilienceBenchmarks() => _limit.Use(_destinations);

    /// <summary>Most of what the others cost.</summary>
    [Benchmark(Baseline = true)]
    public long ReadTheClock() => TimeProvider.System.GetTimestamp();

    [Benchmark]
    public bool BreakerEnterAndSuccess() => Succeed(_breakerOptions);

    [Benchmark]
    public bool BreakerEnterAndSuccessWithoutRatio() => Succeed(_withoutRatio);

    [Benchmark]
    public void BudgetDeposit() => _budget.Deposit(_budgetOptions, TimeProvider.System.GetTimestamp());

    [Benchmark]
    public bool BudgetWithdraw()
    {
        var now = TimeProvider.System.GetTimestamp();
        _budget.Deposit(_budgetOptions, now);
        return _budget.TryWithdraw(_budgetOptions, now);
    }

    [Benchmark]
    public async ValueTask<bool> LimitEnterSlotAndExitAsync()
    {
        var admitted = await _limit.EnterAsync(_limitsOptions, CancellationToken.None);
        var taken = _limit.TryTakeSlot(_destinations[0]);
        _limit.ReleaseSlot(_destinations[0]);
        _limit.Exit();
        return admitted && taken;
    }

    private bool Succeed(CircuitBreakerOptions options) =>
        _breaker.Report(options, _breaker.TryEnter(options), new Outcome(Verdict.Success), othersServe: true) == BreakerChange.None;
}
