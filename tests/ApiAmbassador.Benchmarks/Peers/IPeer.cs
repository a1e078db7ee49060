namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>A proxy that can be measured: it knows what it needs, and how it is started in front of an origin.</summary>
internal interface IPeer
{
    /// <summary>The name given to <c>--peers</c> and shown in the table.</summary>
    string Name { get; }

    /// <summary>What must be installed or built first, in words for the user; null when the peer can run.</summary>
    string? Missing { get; }

    /// <summary>Writes what the proxy reads at its start, and says how to start it.</summary>
    /// <param name="origin">Where every request goes.</param>
    /// <param name="directory">An empty directory of the peer's own, removed after the run.</param>
    ChildStart Prepare(Uri origin, string directory);
}
