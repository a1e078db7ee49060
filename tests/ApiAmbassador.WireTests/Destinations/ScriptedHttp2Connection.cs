using System.Buffers.Binary;
using System.Net.Sockets;

namespace ApiAmbassador.WireTests.Destinations;

/// <summary>One accepted connection of HTTP/2: reads frames one after the other and answers each request when its script says.</summary>
internal sealed class ScriptedHttp2Connection(int number, Socket socket, ScriptedHttp2Destination destination, Recorder recorder)
{
    private readonly Dictionary<int, (ReceivedRequest Request, Http2Reply Reply)> _streams = [];
    private readonly List<byte> _block = [];

    /// <summary>Serves the connection until one side ends it; cancelling resets it.</summary>
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
        catch (Exception exception) when (exception is OperationCanceledException or EndOfStreamException or SocketException)
        {
            // Dropped by the test, or the client left.
        }
        catch (Exception exception)
        {
            recorder.AddFault(exception);
        }
        finally
        {
            if (end == ConnectionEnd.Reset)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }

            socket.Dispose();
            recorder.ConnectionClosed();
        }
    }

    private async Task<ConnectionEnd> ServeAsync(CancellationToken cancellationToken)
    {
        var preface = await ReadAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length, cancellationToken);
        if (!preface.AsSpan().SequenceEqual("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8))
        {
            throw new InvalidDataException("The client does not begin with the preface of HTTP/2.");
        }

        await SendAsync(destination.Greeting, cancellationToken);
        while (true)
        {
            var frame = await ReadFrameAsync(cancellationToken);
            var answered = frame.Type switch
            {
                Http2FrameType.Headers or Http2FrameType.Continuation => OnHeaders(frame),
                Http2FrameType.Data => await OnDataAsync(frame, cancellationToken),
                _ => null,
            };
            switch (frame.Type)
            {
                case Http2FrameType.Settings when !frame.Has(Http2Frame.AckFlag):
                    await SendAsync(Http2Frame.SettingsAck(), cancellationToken);
                    break;
                case Http2FrameType.Ping when !frame.Has(Http2Frame.AckFlag):
                    await SendAsync(Http2Frame.PingAck(frame.Payload.Span), cancellationToken);
                    break;
                case Http2FrameType.RstStream when _streams.TryGetValue(frame.StreamId, out var stream):
                    recorder.Update(stream.Request with { Abandoned = true });
                    break;
            }

            if (answered is not null && await AnswerAsync(frame.StreamId, answered, cancellationToken) is var end and not ConnectionEnd.KeepAlive)
            {
                return end;
            }
        }
    }

    /// <summary>Takes headers in; gives the reply where it is due.</summary>
    private Http2Reply? OnHeaders(Http2Frame frame)
    {
        // A client that pads or prioritises is not .NET's.
        if (frame.Type == Http2FrameType.Headers && (frame.Has(Http2Frame.PaddedFlag) || frame.Has(Http2Frame.PriorityFlag)))
        {
            throw new InvalidDataException("The client pads or prioritises.");
        }

        _block.AddRange(frame.Payload.Span);
        var endStream = frame.Type == Http2FrameType.Headers && frame.Has(Http2Frame.EndStreamFlag);
        if (!frame.Has(Http2Frame.EndHeadersFlag))
        {
            return endStream ? throw new InvalidDataException("A request without a body, with headers in several frames.") : null;
        }

        var headers = Hpack.Read([.. _block]);
        _block.Clear();
        var request = recorder.Add(new ReceivedRequest
        {
            Method = headers.First(header => header.Key is ":method").Value,
            Target = headers.First(header => header.Key is ":path").Value,
            Version = "HTTP/2",
            Headers = headers,
            ConnectionNumber = number,
            NumberOnConnection = (frame.StreamId + 1) / 2,
            BodyComplete = endStream,
        });
        var reply = destination.Script(request);
        _streams[frame.StreamId] = (request, reply);
        return endStream || !reply.ReadsBody ? reply : null;
    }

    /// <summary>Takes a piece of a body in; gives the reply where it is due.</summary>
    private async Task<Http2Reply?> OnDataAsync(Http2Frame frame, CancellationToken cancellationToken)
    {
        var (request, reply) = _streams[frame.StreamId];
        request = request with
        {
            Body = (byte[])[.. request.Body.Span, .. frame.Payload.Span],
            BodyLength = request.BodyLength + frame.Payload.Length,
            BodyComplete = frame.Has(Http2Frame.EndStreamFlag),
        };
        _streams[frame.StreamId] = (request, reply);
        recorder.Update(request);
        if (!reply.ReadsBody)
        {
            return null;
        }

        if (!request.BodyComplete && frame.Payload.Length > 0)
        {
            await SendAsync(Http2Frame.WindowUpdate(0, frame.Payload.Length), cancellationToken);
            await SendAsync(Http2Frame.WindowUpdate(frame.StreamId, frame.Payload.Length), cancellationToken);
        }

        return request.BodyComplete ? reply : null;
    }

    private async Task<ConnectionEnd> AnswerAsync(int streamId, Http2Reply reply, CancellationToken cancellationToken)
    {
        foreach (var frame in reply.Frames)
        {
            await SendAsync(frame(streamId), cancellationToken);
        }

        if (reply.End == ConnectionEnd.Close)
        {
            await LingerAsync(cancellationToken);
        }

        return reply.End;
    }

    // Closing with bytes unread makes the kernel send a RST, which may destroy the answer before the client has read it.
    private async Task LingerAsync(CancellationToken cancellationToken)
    {
        socket.Shutdown(SocketShutdown.Send);
        var rest = new byte[4096];
        while (await socket.ReceiveAsync(rest, cancellationToken) > 0)
        {
        }
    }

    private async Task<Http2Frame> ReadFrameAsync(CancellationToken cancellationToken)
    {
        var head = await ReadAsync(Http2Frame.HeadLength, cancellationToken);
        var payload = await ReadAsync((head[0] << 16) | (head[1] << 8) | head[2], cancellationToken);
        return new Http2Frame((Http2FrameType)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    private async Task<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var some = await socket.ReceiveAsync(bytes.AsMemory(read), cancellationToken);
            read += some > 0 ? some : throw new EndOfStreamException();
        }

        return bytes;
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }
}
