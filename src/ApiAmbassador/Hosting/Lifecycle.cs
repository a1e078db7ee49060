namespace ApiAmbassador.Hosting;

/// <summary>Where the process stands between its start and its end. Written by <see cref="AmbassadorHost"/> alone.</summary>
internal sealed class Lifecycle
{
    private volatile bool _isListening;
    private volatile bool _isDraining;

    /// <summary>Whether the data listeners take requests.</summary>
    public bool IsListening => _isListening;

    /// <summary>Whether the end has begun. It is never taken back.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>The data listeners take requests from now on.</summary>
    public void Listening() => _isListening = true;

    /// <summary>The end begins.</summary>
    public void Draining() => _isDraining = true;
}
