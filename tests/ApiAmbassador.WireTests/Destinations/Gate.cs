using System.Threading.Channels;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Holds replies up until the test lets them pass, so that no test depends on how long something takes.</summary>
public sealed class Gate
{
    private readonly Channel<bool> _passes = Channel.CreateUnbounded<bool>();

    /// <summary>Lets one waiter pass; when none is waiting, the next one to come.</summary>
    public void LetOnePass() => _passes.Writer.TryWrite(true);

    /// <summary>Lets everyone pass, now and later.</summary>
    public void Open() => _passes.Writer.TryComplete();

    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        // A completed channel answers false: the gate is open for good.
        while (await _passes.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_passes.Reader.TryRead(out _))
            {
                return;
            }
        }
    }
}
