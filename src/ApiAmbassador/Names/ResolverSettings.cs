using System.Net;

namespace ApiAmbassador.Names;

/// <summary>Whom to ask, and how.</summary>
internal sealed record ResolverSettings
{
    /// <summary>Asked in this order, one after another; at least one.</summary>
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [new(IPAddress.Loopback, DnsServerAddress.DefaultPort)];

    /// <summary>Domains in which a name is looked for that is not whole; see <see cref="SearchList"/>. An empty one is the root.</summary>
    public IReadOnlyList<string> Search { get; init; } = [];

    /// <summary>The number of dots from which on a name is tried as it is first. Default 1, as everywhere.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>The longest wait for one answer. Default 1 s, where glibc's 5 s would be longer than the pause between two questions.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the servers are gone through. Default 2, as glibc's.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>One server; names are whole then, because what it knows has nothing to do with the domain of the machine that we run on.</summary>
    public static ResolverSettings For(IPEndPoint server) => new() { Servers = [server] };
}
