using Polly;
using Polly.CircuitBreaker;

namespace ApiAmbassador.Resilience;

/// <summary>
/// The circuit breaker of Polly that holds one destination's state, its break and who may end it. No request runs inside: it is told
/// verdicts that were decided elsewhere, and what it makes of one shows at once. One thread at a time.
/// </summary>
/// <remarks>
/// Its state is read from its state provider and not kept from its callbacks, because it runs those on a thread of the pool for which the one
/// that told it has to wait: when the pool is busy, as it is when a destination dies, up to a second for each (tried, Polly 8.9.1).
/// It is not disposed (Polly offers that to registries alone) and needs it not: it holds nothing but memory.
/// </remarks>
internal sealed class PollyCircuit
{
    /// <summary>The least number of failures with which Polly opens.</summary>
    private const int ThroughputMin = 2;

    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline<Verdict> _pipeline;
    private TimeSpan _breakDuration;

    public PollyCircuit(TimeProvider time)
    {
        var options = new CircuitBreakerStrategyOptions<Verdict>
        {
            // It opens as soon as it may: only failures that should open it are told.
            FailureRatio = 0,
            MinimumThroughput = ThroughputMin,
            SamplingDuration = TimeSpan.FromDays(1),
            BreakDurationGenerator = _ => new(_breakDuration),
            ShouldHandle = static told => new(told.Outcome.Result == Verdict.Failure),
            StateProvider = _state,
        };
        _pipeline = new ResiliencePipelineBuilder<Verdict> { TimeProvider = new SteadyTime(time) }.AddCircuitBreaker(options).Build();
    }

    public bool IsOpen => _state.CircuitState != CircuitState.Closed;

    /// <summary>Opens it; it must be closed.</summary>
    /// <param name="breakDuration">How long it lets nobody end the break.</param>
    public void Open(TimeSpan breakDuration)
    {
        for (var told = 0; told < ThroughputMin && !IsOpen; told++)
        {
            _ = TryTell(Verdict.Failure, breakDuration);
        }
    }

    /// <summary>Tells a verdict to the open circuit: it closes, or opens again. False, and nothing has changed, if the break is not over.</summary>
    /// <param name="verdict">Success or failure.</param>
    /// <param name="breakDuration">How long the next break is if it opens again.</param>
    public bool TryTell(Verdict verdict, TimeSpan breakDuration)
    {
        _breakDuration = breakDuration;
        try
        {
            _pipeline.Execute(static verdict => verdict, verdict);
            return true;
        }
        catch (BrokenCircuitException)
        {
            return false;
        }
    }

    /// <summary>Polly asks for the time of day; if that is set back, its break would last until it has caught up.</summary>
    private sealed class SteadyTime(TimeProvider time) : TimeProvider
    {
        private readonly long _start = time.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + time.GetElapsedTime(_start);
    }
}
