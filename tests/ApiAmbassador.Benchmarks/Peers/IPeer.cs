namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>A proxy that can be measured: it knows what it needs, and how it is started for a task.</summary>
internal interface IPeer
{
    /// <summary>The name given to <c>--peers</c> and shown in the table.</summary>
    string Name { get; }

    /// <summary>What must be installed or built first, in words for the user; null when the peer can run.</summary>
    string? Missing { get; }

    /// <summary>Whether its code is compiled while it runs, and so is not at its best until it has run for a while.</summary>
    bool CompilesAsItRuns { get; }

    /// <summary>Writes what the proxy reads at its start, and says how to start it.</summary>
    /// <param name="task">What it is to do.</param>
    /// <param name="directory">An empty directory of the peer's own, removed after the run.</param>
    ChildStart Prepare(PeerTask task, string directory);
}
