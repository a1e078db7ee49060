using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ApiAmbassador.WireTests.Passing;

/// <summary>A stop seen from those who connect at that moment.</summary>
public sealed class LastCallersTests
{
    [Fact]
    public async Task Who_has_just_connected_has_a_moment_for_his_request()
    {
        var (listener, caller) = await ListenAsync(drainDelay: TimeSpan.FromSeconds(5));
        using var connected = caller;
        await using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        var began = Stopwatch.GetTimestamp();

        await listener.UnbindAsync(TestContext.Current.CancellationToken);

        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(200));
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_drain_delay_nobody_is_waited_for()
    {
        var (listener, caller) = await ListenAsync(drainDelay: TimeSpan.Zero);
        using var connected = caller;
        await using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);

        var unbinding = listener.UnbindAsync(TestContext.Current.CancellationToken);

        unbinding.IsCompleted.ShouldBeTrue();
        await unbinding;
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task Who_waits_to_be_let_in_is_let_in_before_the_listener_closes()
    {
        while (true)
        {
            var (listener, caller) = await ListenAsync(drainDelay: TimeSpan.FromSeconds(5));
            using var connected = caller;
            var began = Stopwatch.GetTimestamp();

            var unbinding = listener.UnbindAsync(TestContext.Current.CancellationToken);
            await using var connection = await listener.AcceptAsync(TestContext.Current.CancellationToken);

            // It is waited for him for 50 ms, and a busy machine may need longer to ask.
            var isLate = Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(40);
            await unbinding;
            await listener.DisposeAsync();
            if (connection is not null || !isLate)
            {
                connection.ShouldNotBeNull();
                return;
            }
        }
    }

    /// <summary>A listener, and somebody who has connected and was not let in yet.</summary>
    private static async Task<(IConnectionListener Listener, TcpClient Caller)> ListenAsync(TimeSpan drainDelay)
    {
        var snapshots = new SnapshotStore();
        snapshots.Swap(Snapshot.Empty with { Ambassador = new AmbassadorOptions { DrainDelay = drainDelay } });
        var callers = new LastCallers(Options.Create(new SocketTransportOptions()), snapshots, NullLoggerFactory.Instance);
        var listener = await callers.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), TestContext.Current.CancellationToken);
        var caller = new TcpClient();
        await caller.ConnectAsync((IPEndPoint)listener.EndPoint, TestContext.Current.CancellationToken);
        return (listener, caller);
    }
}
