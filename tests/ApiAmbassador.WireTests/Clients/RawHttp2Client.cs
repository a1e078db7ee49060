using System.Net;
using System.Net.Sockets;
using System.Text;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Clients;

/// <summary>A client of HTTP/2 that sends one request as no other client would, and sees whether it is answered.</summary>
internal static class RawHttp2Client
{
    /// <summary>Sends a request with a body of these bytes, or without one, and gives the type of the first frame that says what became of it.</summary>
    public static async Task<Http2FrameType> SendAsync(int port, string? body, Func<Task>? beforeBody, params (string Name, string Value)[] headers)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Eventually.DefaultDeadline);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), deadline.Token);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
        var block = Hpack.Write(headers.Select(header => KeyValuePair.Create(header.Name, header.Value)));
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Http2Frame.Settings(), .. Http2Frame.Headers(1, block, endStream: body is null)], deadline.Token);
        if (body is not null)
        {
            await (beforeBody?.Invoke() ?? Task.CompletedTask);
            await stream.WriteAsync(Http2Frame.Data(1, Encoding.Latin1.GetBytes(body), endStream: true), deadline.Token);
        }

        var head = new byte[Http2Frame.HeadLength];
        while (true)
        {
            await stream.ReadExactlyAsync(head, deadline.Token);
            if ((Http2FrameType)head[3] is Http2FrameType.Headers or Http2FrameType.RstStream or Http2FrameType.GoAway)
            {
                return (Http2FrameType)head[3];
            }

            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], deadline.Token);
        }
    }
}
