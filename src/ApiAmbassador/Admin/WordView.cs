namespace ApiAmbassador.Admin;

/// <summary>What <c>drain</c>, <c>undrain</c> and <c>weight</c> answer: what holds of the destination now.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Destination">The destination's id.</param>
/// <param name="Drained">Whether an operator keeps new requests from it.</param>
/// <param name="Weight">The weight in force.</param>
/// <param name="Warning">What may not have been meant; null where there is nothing.</param>
internal sealed record WordView(string Cluster, string Destination, bool Drained, double Weight, string? Warning);
