using System.Diagnostics.CodeAnalysis;

namespace ApiAmbassador.Hosting;

/// <summary>Where the process stands between its start and its end. Written by <see cref="AmbassadorHost"/>, but for the wish to stop.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing to dispose of, and its token may be asked at any time.")]
internal sealed class Lifecycle
{
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isListening;
    private volatile bool _isDraining;

    /// <summary>Whether the data listeners take requests.</summary>
    public bool IsListening => _isListening;

    /// <summary>Whether the end has begun. It is never taken back.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>The data listeners take requests from now on.</summary>
    public void Listening() => _isListening = true;

    /// <summary>Cancelled when somebody but a signal asks for the end. Whoever runs the ambassador ends it then.</summary>
    public CancellationToken StopRequested => _stop.Token;

    /// <summary>The end begins.</summary>
    public void Draining() => _isDraining = true;

    /// <summary>Asks for the end. Returns before it begins, so that who asks can be answered.</summary>
    public void RequestStop() => _ = _stop.CancelAsync();
}
