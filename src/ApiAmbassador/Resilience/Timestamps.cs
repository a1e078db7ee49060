namespace ApiAmbassador.Resilience;

/// <summary>Stretches of time in the unit of a clock's timestamps, which never go back as a time of day does.</summary>
internal static class Timestamps
{
    /// <summary>The stretch in units of <see cref="TimeProvider.GetTimestamp"/>; a day of nanoseconds in ticks is more than 64 bits hold.</summary>
    public static long ToTimestamp(this TimeProvider time, TimeSpan stretch) =>
        (long)((Int128)stretch.Ticks * time.TimestampFrequency / TimeSpan.TicksPerSecond);
}
