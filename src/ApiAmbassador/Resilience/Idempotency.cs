namespace ApiAmbassador.Resilience;

/// <summary>Whether a request may be sent once more after it was sent, with the same effect as if it had been sent once.</summary>
internal static class Idempotency
{
    /// <summary>Whether the method is idempotent by RFC 9110, section 9.2.2. Methods are written in upper case; others are others.</summary>
    public static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE";

    /// <summary>Whether this request is: by its method, or because the caller says with an <c>Idempotency-Key</c> that the destination sees to it.</summary>
    public static bool Of(HttpRequest request) => IsIdempotent(request.Method) || request.Headers.ContainsKey("Idempotency-Key");
}
