namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What becomes of the connection after a reply.</summary>
internal enum ConnectionEnd
{
    /// <summary>It waits for the next request.</summary>
    KeepAlive,

    /// <summary>FIN.</summary>
    Close,

    /// <summary>RST.</summary>
    Reset,
}
