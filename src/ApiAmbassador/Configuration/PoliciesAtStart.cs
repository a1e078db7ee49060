namespace ApiAmbassador.Configuration;

/// <summary>What routes may name in this process: the framework makes its policies once, at the start, and fails every request that wants another.</summary>
/// <param name="Options">The policies that were made.</param>
/// <param name="HasBearer">Whether there is somebody to know users by.</param>
internal sealed record PoliciesAtStart(PolicyOptions Options, bool HasBearer);
