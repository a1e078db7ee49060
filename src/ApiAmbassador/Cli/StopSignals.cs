using System.Runtime.InteropServices;

namespace ApiAmbassador.Cli;

/// <summary>SIGINT and SIGTERM as a cancellation, so that a command can end in its own way.</summary>
internal static class StopSignals
{
    /// <summary>Cancels at the first of them, for as long as it is not disposed of.</summary>
    public static IDisposable Register(CancellationTokenSource stop) => new Registration(stop);

    private sealed class Registration : IDisposable
    {
        private readonly PosixSignalRegistration[] _signals;

        public Registration(CancellationTokenSource stop)
        {
            void OnSignal(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.Cancel();
            }

            _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
        }

        public void Dispose()
        {
            foreach (var signal in _signals)
            {
                signal.Dispose();
            }
        }
    }
}
