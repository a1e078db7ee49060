namespace ApiAmbassador.Forwarding;

/// <summary>Where a cluster's connections go. Names compare without case.</summary>
internal readonly struct DestinationPlace(string cluster, string host, int port) : IEquatable<DestinationPlace>
{
    /// <summary>The cluster's id.</summary>
    public string Cluster => cluster;

    /// <summary>The name or address that is connected to.</summary>
    public string Host => host;

    /// <summary>Its port.</summary>
    public int Port => port;

    /// <summary>Of a destination's address.</summary>
    public static DestinationPlace Of(string cluster, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) ? new(cluster, uri.IdnHost, uri.Port) : new(cluster, address, 0);

    /// <inheritdoc/>
    public bool Equals(DestinationPlace other) =>
        port == other.Port && host.Equals(other.Host, StringComparison.OrdinalIgnoreCase) && cluster.Equals(other.Cluster, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DestinationPlace other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(StringComparer.OrdinalIgnoreCase.GetHashCode(cluster), StringComparer.OrdinalIgnoreCase.GetHashCode(host), port);
}
