using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>One accepted connection, from accept to close. Its client may leave at any time; anything else unexpected is a fault.</summary>
internal sealed class ScriptedConnection(int number, Socket socket, ScriptedDestination destination, Recorder recorder)
{
    private readonly SocketReader _reader = new(socket);

    // The request in hand, so that it can be marked when the client leaves it.
    private ReceivedRequest? _request;

    /// <summary>Serves the connection until one side closes it; cancelling resets it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // Whoever accepts is not held up by a script.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var end = ConnectionEnd.Reset;
        try
        {
            socket.NoDelay = true;
            end = destination.OnAccept(number) switch
            {
                AcceptAction.Serve => await ServeAsync(cancellationToken),
                AcceptAction.Close => ConnectionEnd.Close,
                _ => ConnectionEnd.Reset,
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Dropped by the test, which is not the client's doing.
        }
        catch (Exception exception) when (ClientLeft(exception))
        {
            if (_request is { } request)
            {
                recorder.Update(request with { Abandoned = true });
            }
        }
        catch (Exception exception)
        {
            recorder.AddFault(exception);
        }
        finally
        {
            Close(end);
        }
    }

    private async Task<ConnectionEnd> ServeAsync(CancellationToken cancellationToken)
    {
        var writer = new ReplyWriter(socket, _reader);
        for (var numberOnConnection = 1; ; numberOnConnection++)
        {
            _request = null;
            if (await RequestHeadReader.ReadAsync(_reader, cancellationToken) is not { } head)
            {
                return ConnectionEnd.Close;
            }

            _request = recorder.Add(head with { ConnectionNumber = number, NumberOnConnection = numberOnConnection });
            var reply = destination.Script(_request);
            if (reply.ReadsBody && !_request.BodyComplete)
            {
                await ReadBodyAsync(writer, cancellationToken);
            }

            await writer.WriteAsync(reply, _request, cancellationToken);
            if (reply.End != ConnectionEnd.KeepAlive)
            {
                return reply.End;
            }

            if (!_request.BodyComplete)
            {
                await LingerAsync(cancellationToken);
                return ConnectionEnd.Close;
            }

            if (_request.WantsClose)
            {
                return ConnectionEnd.Close;
            }
        }
    }

    private async Task ReadBodyAsync(ReplyWriter writer, CancellationToken cancellationToken)
    {
        if (_request!.ExpectsContinue)
        {
            await writer.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        }

        var body = new RequestBodyReader(_reader, _request, report: request =>
        {
            _request = request;
            recorder.Update(request);
        });
        await body.ReadAsync(cancellationToken);
    }

    // Closing with bytes unread makes the kernel send a RST, which may destroy the answer before the client has read it.
    private async Task LingerAsync(CancellationToken cancellationToken)
    {
        socket.Shutdown(SocketShutdown.Send);
        while (await _reader.ReadAsync(long.MaxValue, cancellationToken) is { IsEmpty: false })
        {
        }
    }

    private void Close(ConnectionEnd end)
    {
        if (end == ConnectionEnd.Reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        socket.Dispose();
        recorder.ConnectionClosed();
    }

    private static bool ClientLeft(Exception exception) => exception is EndOfStreamException
        or SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.NotConnected or SocketError.Shutdown };
}
