namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>One peer in one case.</summary>
/// <param name="Label">The peer.</param>
/// <param name="Megabytes">Resident memory after the last round.</param>
internal sealed record PeerResult(string Label, double Megabytes)
{
    /// <summary>Null where nothing was asked of it.</summary>
    public RequestFigures? Requests { get; init; }

    /// <summary>Resident memory without the connections, where they are the case.</summary>
    public double? MegabytesBefore { get; init; }
}
