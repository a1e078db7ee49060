namespace ApiAmbassador.Configuration;

/// <summary>Holds the snapshot in force. Written by <see cref="ConfigReloader"/> alone, read by everybody.</summary>
internal sealed class SnapshotStore
{
    private volatile Snapshot _current = Snapshot.Empty;

    /// <summary>The snapshot in force; one read, so one consistent whole.</summary>
    public Snapshot Current => _current;

    /// <summary>Puts another in force.</summary>
    public void Swap(Snapshot next) => _current = next;
}
