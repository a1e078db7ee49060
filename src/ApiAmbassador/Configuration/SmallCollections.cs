namespace ApiAmbassador.Configuration;

/// <summary>
/// Keeps the collector's pauses short while a configuration is read and put in force: until disposed, it is asked for a collection for every <see cref="Piece"/> that is made.
/// </summary>
/// <remarks>
/// A pause lasts as long as what lives has to be moved, and of what a new configuration makes nearly all lives, against next to nothing of what a request makes.
/// Left alone, the collector waits for the budget that is right for requests and then moves all of it at once.
/// A configuration that is smaller than a piece meets no collection of ours.
/// </remarks>
internal sealed class SmallCollections : IDisposable
{
    /// <summary>Bytes that are made between two collections, about.</summary>
    internal const long Piece = 2_000_000;

    private const int Milliseconds = 1;

    private readonly Timer _timer;
    private long _madeBefore = Made;
    private int _collections = Count;
    private int _looking;

    public SmallCollections() => _timer = new Timer(static it => ((SmallCollections)it!).Look(), this, Milliseconds, Milliseconds);

    private static long Made => GC.GetTotalAllocatedBytes(precise: false);

    private static int Count => GC.CollectionCount(0);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
        {
            return;
        }

        if (Count != _collections)
        {
            // The collector was here by itself.
            (_collections, _madeBefore) = (Count, Made);
        }
        else if (Made - _madeBefore >= Piece)
        {
            // The second generation of three, too, in pieces like the first: or what lives of all of it is moved on at once.
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            (_collections, _madeBefore) = (Count, Made);
        }

        Volatile.Write(ref _looking, 0);
    }
}
