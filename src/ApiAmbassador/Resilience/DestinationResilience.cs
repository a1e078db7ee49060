using ApiAmbassador.Balancing;
using ApiAmbassador.Health;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Resilience;

/// <summary>What is remembered of a destination.</summary>
/// <param name="State">YARP's state of it.</param>
/// <param name="Standing">Whether it is ejected, or has just come.</param>
/// <param name="Record">What it did lately.</param>
/// <param name="Breaker">Its circuit breaker.</param>
/// <param name="Latency">How long it takes, and how many attempts wait for it.</param>
internal sealed record DestinationResilience(DestinationState State, Standing Standing, OutcomeRecord Record, Breaker Breaker, LatencyEstimate Latency)
{
    private Tuple<DestinationModel, double>? _weight;
    private long _lookFrom;

    /// <summary>Where it was when this was learned.</summary>
    public string Address => Standing.Address;

    /// <summary>What came of its attempts.</summary>
    public DestinationCounts Counts { get; } = new();

    /// <summary>The attempts that go to it.</summary>
    public required Traffic Traffic { get; init; }

    /// <summary>The requests that it has under way, counted where a limit is set.</summary>
    public DestinationSlots Slots { get; } = new();

    /// <summary>Its weight as it is configured now; kept, because it is written as text.</summary>
    public double Weight
    {
        get
        {
            var (weight, model) = (Volatile.Read(ref _weight), State.Model);
            if (weight is null || !ReferenceEquals(weight.Item1, model))
            {
                Volatile.Write(ref _weight, weight = Tuple.Create(model, DestinationWeight.Of(model.Config)));
            }

            return weight.Item2;
        }
    }

    /// <summary>Whether its shares are to be looked at; true once, and again from the time given.</summary>
    public bool IsTimeToLook(long now, long next)
    {
        var from = Volatile.Read(ref _lookFrom);
        return now >= from && Interlocked.CompareExchange(ref _lookFrom, next, from) == from;
    }
}
