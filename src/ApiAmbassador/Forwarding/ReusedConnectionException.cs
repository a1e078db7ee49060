namespace ApiAmbassador.Forwarding;

/// <summary>
/// The keep-alive race: a connection that had served a request before ended when the next one was sent, before a byte of an answer came. Most
/// likely the destination was tired of waiting and closed it while the request was on its way, but nobody can know.
/// </summary>
internal sealed class ReusedConnectionException(Exception? innerException)
    : HttpIOException(HttpRequestError.ResponseEnded, "A reused connection ended before a byte of the answer came.", innerException);
