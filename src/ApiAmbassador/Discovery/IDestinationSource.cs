namespace ApiAmbassador.Discovery;

/// <summary>
/// Says where instances are, and says it again whenever it changes. It knows nothing of clusters and of what is done with its lists. One that
/// asks now and then is a <see cref="PolledSource"/> around an <see cref="IPolledSource"/>; one that is told implements this.
/// </summary>
internal interface IDestinationSource
{
    /// <summary>
    /// Runs until it is cancelled, and ends before that for nothing: what goes wrong is told as an answer. The same list may be told again; that
    /// it is still so is news too.
    /// </summary>
    /// <param name="tell">Takes each answer; one at a time. Returns soon.</param>
    /// <param name="cancellation">Ends it, without an exception.</param>
    Task RunAsync(Action<SourceAnswer> tell, CancellationToken cancellation);

    /// <summary>Somebody could not connect to what it named: a source that polls asks soon instead of when its time has come.</summary>
    void AskNow();
}
