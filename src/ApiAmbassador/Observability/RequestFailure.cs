namespace ApiAmbassador.Observability;

/// <summary>Why a request could not be served, kept with the request for whoever tells of it at its end: the access log, the span.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Phase">How far the last attempt had come; null where no route took the request.</param>
internal sealed record RequestFailure(Reason Reason, Phase? Phase)
{
    /// <summary>In the place of a reason where the caller left: nobody failed.</summary>
    public const string ClientLeft = "client_left";
}
