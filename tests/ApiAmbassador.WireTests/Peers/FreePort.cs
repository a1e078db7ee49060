using System.Net;
using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>
/// Ports of 127.0.0.1 for programs that must be told theirs. They lie below the range from which the kernel takes ports by itself
/// (Linux: from 32768), so that no outgoing connection and no listener on port 0 can take one between the choice and its use.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    // A random start keeps test processes that run side by side apart; going round keeps the tests of one process apart.
    private static int _last = Random.Shared.Next(Count);

    public static int Next()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {First + Count}.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
