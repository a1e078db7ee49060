namespace ApiAmbassador.Forwarding;

/// <summary>What a request's path decides under a configuration.</summary>
internal enum PathDecides
{
    /// <summary>Nothing: every route takes every path.</summary>
    Nothing,

    /// <summary>Which route takes the request, and so whether and where it goes.</summary>
    Route,

    /// <summary>Also whether the caller must be authorized.</summary>
    Access,
}
