namespace ApiAmbassador.Discovery;

/// <summary>An instance at an address.</summary>
/// <param name="Instance">Its host is an IP address, or <c>localhost</c>.</param>
/// <param name="Name">The host name behind which it was found; null where the source named the address.</param>
internal sealed record FoundInstance(Instance Instance, string? Name);
