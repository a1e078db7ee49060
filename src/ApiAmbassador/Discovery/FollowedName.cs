using System.Net;

namespace ApiAmbassador.Discovery;

/// <summary>A host name in a configured address.</summary>
/// <param name="Host">The name.</param>
/// <param name="Port">The port of the address.</param>
internal sealed record FollowedName(string Host, int Port)
{
    /// <summary>Whether a host may move: neither an address nor this machine, whose name stands for two addresses of which an instance often has one.</summary>
    public static bool CanMove(string host) =>
        !IPAddress.TryParse(host, out _)
        && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
