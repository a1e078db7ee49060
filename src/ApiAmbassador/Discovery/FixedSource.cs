namespace ApiAmbassador.Discovery;

/// <summary>A list that is written in the settings; what moves are the addresses of its names.</summary>
internal sealed class FixedSource(IReadOnlyList<Instance> instances) : IDestinationSource
{
    /// <inheritdoc/>
    public async Task RunAsync(Action<SourceAnswer> tell, CancellationToken cancellation)
    {
        tell(SourceAnswer.Listed(instances));
        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public void AskNow()
    {
        // There is nobody to ask.
    }
}
