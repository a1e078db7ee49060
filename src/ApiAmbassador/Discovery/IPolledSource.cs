namespace ApiAmbassador.Discovery;

/// <summary>A source that has to be asked.</summary>
internal interface IPolledSource
{
    /// <summary>Asks once. May throw; whoever asks turns that into an answer.</summary>
    Task<SourceAnswer> AskAsync(CancellationToken cancellation);
}
