using System.Net.Sockets;
using System.Text;

namespace ApiAmbassador.Hosting;

/// <summary>
/// Tells the service manager that we serve, or that we stop (sd_notify(3)): a unit of <c>Type=notify</c> counts as started only then.
/// Stands in for the class of this name in Microsoft.Extensions.Hosting.Systemd. Without a manager that wants to know, nothing happens.
/// </summary>
internal static class SystemdNotifier
{
    /// <summary>The listeners are open.</summary>
    public static void Ready() => Send("READY=1");

    /// <summary>We drain, and end when that is done.</summary>
    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path)); // Linux's names without a file begin with a zero.
            socket.Send(Encoding.ASCII.GetBytes(state));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            // Whoever waits for it gives up and says so; requests are served meanwhile.
            Console.Error.WriteLine($"The service manager cannot be told {state} at NOTIFY_SOCKET: {e.Message}");
        }
    }
}
