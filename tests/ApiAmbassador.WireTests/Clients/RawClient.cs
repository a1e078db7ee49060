using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiAmbassador.WireTests.Clients;

/// <summary>A client that sends and sees bytes, for what no HTTP client would send and for what each of them hides.</summary>
public sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private RawClient()
    {
    }

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Sends text as Latin-1.</summary>
    public async Task SendAsync(string text)
    {
        ReadOnlyMemory<byte> bytes = Encoding.Latin1.GetBytes(text);
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
        }
    }

    /// <summary>Reads until what was read ends with this text, and gives what was read.</summary>
    public Task<string> ReadUntilAsync(string ending) => ReadAsync(text => text.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>Reads until the other side closes.</summary>
    /// <exception cref="SocketException">It resets instead.</exception>
    public Task<string> ReadToEndAsync() => ReadAsync(_ => false);

    public void Dispose() => _socket.Dispose();

    private async Task<string> ReadAsync(Func<string, bool> complete)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Eventually.DefaultDeadline);
        var buffer = new byte[16 * 1024];
        var text = "";
        while (!complete(text) && await _socket.ReceiveAsync(buffer, deadline.Token) is var count && count > 0)
        {
            text += Encoding.Latin1.GetString(buffer, 0, count);
        }

        return text;
    }
}
