namespace ApiAmbassador.Discovery;

/// <summary>What is followed for a cluster.</summary>
/// <param name="Cluster">The cluster's id.</param>
/// <param name="Kind">dns, dns-srv, file, http; name where the addresses of one host name are followed.</param>
/// <param name="Name">What is asked for, as people may see it.</param>
/// <param name="Settings">Everything else that answers depend on, as one text; it may hold secrets.</param>
internal sealed record FeedId(string Cluster, string Kind, string Name, string Settings)
{
    /// <summary>The kind of what looks up a host name.</summary>
    public const string NameKind = "name";

    /// <summary>As people see it.</summary>
    public override string ToString() => $"{Kind} {Name}";
}
