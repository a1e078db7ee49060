namespace ApiAmbassador.Discovery;

/// <summary>One instance as a source names it.</summary>
/// <param name="Scheme"><c>http</c> or <c>https</c>.</param>
/// <param name="Host">An IP address (of version 6 without brackets), or a name whose addresses are then followed.</param>
/// <param name="Port">From 1 to 65 535.</param>
/// <param name="Weight">Its share of requests; 0 gets none, as one that is drained.</param>
/// <param name="Priority">0 is asked first.</param>
/// <param name="Zone">Where it is, or null.</param>
internal sealed record Instance(string Scheme, string Host, int Port, int Weight = 1, int Priority = 0, string? Zone = null);
