namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>An answer that was read to its end; headers and trailers a line each.</summary>
internal sealed record ReadAnswer(int Status, string Headers, string Body, string Trailers);
