namespace ApiAmbassador.Observability;

/// <summary>How far an attempt had come when it failed.</summary>
internal enum Phase
{
    /// <summary>It waited for its turn, or no destination could take it.</summary>
    Queue,

    /// <summary>The connection was being made. Nothing was sent.</summary>
    Connect,

    /// <summary>The request was on its way.</summary>
    Send,

    /// <summary>The response's headers were waited for.</summary>
    Headers,

    /// <summary>The response's body was on its way.</summary>
    Body,
}
