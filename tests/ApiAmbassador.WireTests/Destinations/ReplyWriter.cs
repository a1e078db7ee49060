using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>Plays one reply on a connection.</summary>
internal sealed class ReplyWriter(Socket socket, SocketReader reader)
{
    /// <summary>
    /// 1. interim answers; 2. the wait for the gate; 3. the head; 4. the body, piece by piece; 5. the echo of an upgraded connection.
    /// The reply may end early in 3 or 4.
    /// </summary>
    /// <exception cref="EndOfStreamException">The client left while the reply was held.</exception>
    public async Task WriteAsync(Reply reply, ReceivedRequest request, CancellationToken cancellationToken)
    {
        // 1.
        foreach (var interim in reply.Interims)
        {
            await SendAsync(ReplyBytes.Head(interim), cancellationToken);
        }

        // 2.
        await PassAsync(reply.HeldBy, cancellationToken);

        // 3.
        var head = ReplyBytes.Head(reply);
        if (reply.EndsInHead)
        {
            await SendAsync(head[..(head.Length / 2)], cancellationToken);
            return;
        }

        await SendAsync(head, cancellationToken);

        // 4.
        await WriteBodyAsync(reply, ReplyBytes.Body(reply, request), cancellationToken);

        // 5.
        if (reply.Echoes)
        {
            await EchoAsync(cancellationToken);
        }
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    private async Task WriteBodyAsync(Reply reply, IReadOnlyList<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        var length = pieces.Sum(piece => piece.Length);
        if (reply.EndsInBodyAfter >= length && pieces.Count > 0)
        {
            throw new InvalidOperationException(
                $"The reply is to end after {reply.EndsInBodyAfter} bytes of a body of {length}: that would be a whole reply.");
        }

        var left = reply.EndsInBodyAfter ?? length;
        foreach (var piece in pieces)
        {
            if (left == 0)
            {
                return;
            }

            await PassAsync(reply.DrippedBy, cancellationToken);
            var part = piece[..Math.Min(piece.Length, left)];
            await SendAsync(part, cancellationToken);
            left -= part.Length;
        }
    }

    private async Task PassAsync(Gate? gate, CancellationToken cancellationToken)
    {
        if (gate is null)
        {
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pass = gate.PassAsync(over.Token);
        var watch = WatchClientAsync(over.Token);
        try
        {
            if (await Task.WhenAny(pass, watch) == watch)
            {
                await watch;
            }

            await pass;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(pass, watch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Fails when the client leaves. Returns when bytes are waiting unread: a FIN behind them cannot be seen.</summary>
    private async Task WatchClientAsync(CancellationToken cancellationToken)
    {
        if (await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, cancellationToken) == 0)
        {
            throw new EndOfStreamException("The client left before the reply.");
        }
    }

    private async Task EchoAsync(CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(long.MaxValue, cancellationToken) is { IsEmpty: false } bytes)
        {
            await SendAsync(bytes, cancellationToken);
        }
    }
}
