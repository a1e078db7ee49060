namespace ApiAmbassador.Admin;

/// <summary>Why a change is not allowed.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">The reason, in a sentence.</param>
internal sealed record ChangeRefusal(int Status, string Detail);
