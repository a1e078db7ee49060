using Polly;
using Polly.Retry;

namespace ApiAmbassador.Resilience;

/// <summary>What all attempt loops share.</summary>
internal sealed class AttemptServices(TimeProvider time, Random random, ReplayMemory memory)
{
    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>Draws the pauses.</summary>
    public Random Random => random;

    /// <summary>Keeps bodies.</summary>
    public ReplayMemory Memory => memory;

    /// <summary>
    /// Polly's retry strategy: it repeats and pauses. Whether and for how long has been decided by the loop when an attempt ends, because
    /// a response's body can only be held back by whoever sees its headers.
    /// </summary>
    public ResiliencePipeline<bool> Retry { get; } = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions<bool>
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Result),
            DelayGenerator = static arguments => new ValueTask<TimeSpan?>(arguments.Context.Properties.GetValue(LoopKey, null!).Pause),
        })
        .Build();

    /// <summary>Under which Polly carries the loop.</summary>
    public static ResiliencePropertyKey<AttemptLoop> LoopKey { get; } = new("loop");
}
