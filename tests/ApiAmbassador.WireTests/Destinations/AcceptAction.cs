namespace ApiAmbassador.WireTests.Destinations;

/// <summary>What a destination does with a connection it has just accepted, before it reads anything.</summary>
public enum AcceptAction
{
    /// <summary>Reads requests and answers them.</summary>
    Serve,

    /// <summary>Closes at once. The client sees a FIN, or a RST if its request has arrived already, as with any server that does this.</summary>
    Close,

    /// <summary>Resets at once.</summary>
    Reset,
}
