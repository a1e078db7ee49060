using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace ApiAmbassador.Hosting;

/// <summary>
/// Listens for requests, and lets whoever connected last send his. When Kestrel stops it closes its listeners, with all who wait there to be let in, and the
/// same moment every connection without a request: who connected just before finds his cut, and no client tries that again. So a listener is closed when
/// nobody waits there, and between the two there is a pause. Where there is no <c>DrainDelay</c> there is neither.
/// </summary>
internal sealed class LastCallers : IConnectionListenerFactory
{
    /// <summary>How long after he connected somebody may begin his request: much for one beside us, TLS included, and little for who waits for our end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest that is waited for a moment in which nobody waits to be let in.</summary>
    private static readonly TimeSpan RushMax = TimeSpan.FromMilliseconds(50);

    private readonly SocketTransportFactory _sockets;
    private readonly SnapshotStore _snapshots;
    private Socket? _bound;

    /// <summary>Listens by sockets as they are set up.</summary>
    public LastCallers(IOptions<SocketTransportOptions> options, SnapshotStore snapshots, ILoggerFactory logs)
    {
        options.Value.CreateBoundListenSocket = endpoint => _bound = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        (_sockets, _snapshots) = (new SocketTransportFactory(options, logs), snapshots);
    }

    private bool IsPatient => _snapshots.Current.Ambassador.DrainDelay > TimeSpan.Zero;

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await _sockets.BindAsync(endpoint, cancellationToken), _bound!, this); // Kestrel binds one after the other.

    private sealed class Listener(IConnectionListener inner, Socket socket, LastCallers callers) : IConnectionListener
    {
        /// <summary>A timestamp; 0: nobody has connected.</summary>
        private long _lastCameAt;

        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            if (connection is not null)
            {
                Volatile.Write(ref _lastCameAt, Stopwatch.GetTimestamp());
            }

            return connection;
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            if (!callers.IsPatient)
            {
                await inner.UnbindAsync(cancellationToken);
                return;
            }

            for (var began = Stopwatch.GetTimestamp(); socket.Poll(0, SelectMode.SelectRead) && Stopwatch.GetElapsedTime(began) < RushMax;)
            {
                await Task.Yield(); // They are let in meanwhile.
            }

            await inner.UnbindAsync(cancellationToken);
            var last = Volatile.Read(ref _lastCameAt);
            if (last != 0 && Patience - Stopwatch.GetElapsedTime(last) is { Ticks: > 0 } left)
            {
                await Task.Delay(left, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
