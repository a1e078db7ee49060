namespace ApiAmbassador.WireTests.Chaos;

/// <summary>One thing that a plan does.</summary>
/// <param name="At">When, from the beginning.</param>
/// <param name="Hold">For how long.</param>
/// <param name="Fault">What.</param>
/// <param name="Number">Says the rest: which instance, which weights. From 0.</param>
internal sealed record FaultStep(TimeSpan At, TimeSpan Hold, Fault Fault, int Number)
{
    public TimeSpan End => At + Hold;
}
