using System.Net;
using System.Net.Sockets;
using System.Text;
using ApiAmbassador.Forwarding;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>A connection over the loopback interface whose other side, the destination, is the test.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Socket _socket;
    private readonly DestinationConnection _stream;

    private Peer(Socket ours, Socket theirs)
    {
        (_socket, ours.NoDelay, theirs.NoDelay) = (theirs, true, true);
        _stream = new DestinationConnection(ours, _ => IsClosed = true);
        Connection = new Http1Connection(_stream);
    }

    /// <summary>Our side.</summary>
    public Http1Connection Connection { get; }

    /// <summary>Whether our side was disposed of.</summary>
    public bool IsClosed { get; private set; }

    public static async Task<Peer> ConnectAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var ours = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await ours.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken);
        return new Peer(ours, await listener.AcceptAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A connection whose destination has said this already.</summary>
    public static async Task<Peer> WithAsync(string text, bool ends = false)
    {
        var peer = await ConnectAsync();
        await peer.SendAsync(text);
        if (ends)
        {
            peer.End();
        }

        return peer;
    }

    /// <summary>The destination says something, as Latin-1.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken)..];
        }
    }

    /// <summary>The destination says it piece by piece, the next when the last one was read.</summary>
    public async Task SendApartAsync(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        foreach (var piece in pieces)
        {
            await SendAsync(piece);
            await UntilAsync(() => !_stream.DataAvailable);
        }
    }

    /// <summary>What our side has sent, so many bytes of it.</summary>
    public async Task<string> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        await using var stream = new NetworkStream(_socket, ownsSocket: false);
        await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken).AsTask().WithDeadlineAsync();
        return Encoding.Latin1.GetString(bytes);
    }

    /// <summary>The destination has no more to say.</summary>
    public void End() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The destination breaks the connection off.</summary>
    public void Reset() => _socket.Close(timeout: 0);

    /// <summary>Reads an answer to its end, however that comes.</summary>
    public async Task<ReadAnswer> ReadAsync(bool isHead = false)
    {
        await Connection.ReadHeadAsync(isHead).AsTask().WithDeadlineAsync();
        return await ReadBodyAsync();
    }

    /// <summary>The same where the head was read.</summary>
    public async Task<ReadAnswer> ReadBodyAsync()
    {
        using var body = new MemoryStream();
        while (await Connection.ReadBodyAsync().AsTask().WithDeadlineAsync() is { IsEmpty: false } bytes)
        {
            body.Write(bytes.Span);
        }

        Connection.IsBodyRead.ShouldBeTrue();
        return new ReadAnswer(Connection.Head.Status, Text(Connection.Head.Headers), Encoding.Latin1.GetString(body.ToArray()), Text([.. Connection.Trailers ?? []]));
    }

    /// <summary>Waits for what announces no change, and never for long.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadlines.Deadline);
        while (!condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        Connection.Dispose();
        _socket.Close(timeout: 0); // Thousands of these are made, and a port that waits is one less.
    }

    private static string Text(ReadOnlySpan<AnswerHeader> headers) => string.Join("\n", headers.ToArray().Select(header => $"{header.Name}: {header.Value}"));
}
