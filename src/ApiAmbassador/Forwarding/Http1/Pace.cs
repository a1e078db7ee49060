namespace ApiAmbassador.Forwarding.Http1;

/// <summary>How long an exchange may rest: YARP's <c>ActivityTimeout</c>.</summary>
/// <param name="Time">The clock.</param>
/// <param name="PauseMax">In its ticks.</param>
internal readonly record struct Pace(TimeProvider Time, long PauseMax)
{
    /// <summary>Something has moved.</summary>
    public void Moved(Http1Connection connection) => connection.MayPauseUntil(Time.GetTimestamp() + PauseMax);
}
