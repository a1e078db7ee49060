using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace ApiAmbassador.Names;

/// <summary>
/// Asks one server one question: over UDP, and over TCP where the answer does not fit, is damaged or UDP is refused. Silence is not asked for
/// again over TCP, which would double the wait for a server that is down.
/// </summary>
/// <remarks>
/// Who does not see the question must not be able to answer it: each has a socket of its own, whose port the system chooses, that takes datagrams
/// from the server alone, and an id that is not to be guessed. What does not match is passed over, and the wait goes on (RFC 5452).
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class DnsExchange(TimeProvider time)
{
    /// <summary>In bytes; a server may send more than we asked for, and we look at it.</summary>
    private const int DatagramBytesMax = 4_096;

    /// <summary>Asks.</summary>
    /// <param name="server">Whom.</param>
    /// <param name="question">What.</param>
    /// <param name="patience">The longest wait for an answer over UDP, and again over TCP.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NameResolutionException">No answer in time, or none that makes sense.</exception>
    public async Task<DnsResponse> AskAsync(IPEndPoint server, DnsQuestion question, TimeSpan patience, CancellationToken cancellation)
    {
        var response = await AskAsync(server, question, edns: true, patience, cancellation);
        return response.Code is DnsCode.FormErr or DnsCode.NotImp or DnsCode.BadVers
            ? await AskAsync(server, question, edns: false, patience, cancellation)
            : response;
    }

    private async Task<DnsResponse> AskAsync(IPEndPoint server, DnsQuestion question, bool edns, TimeSpan patience, CancellationToken cancellation)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var query = DnsMessage.Query(id, question, edns);
        try
        {
            var response = await InTimeAsync(server, patience, token => OverUdpAsync(server, query, id, question, token), cancellation);
            if (!response.IsTruncated)
            {
                return response;
            }
        }
        catch (Exception e) when (e is SocketException or DnsFormatException)
        {
            // Asked over TCP, which has the last word.
        }

        return await OverTcpOrTellAsync(server, query, id, question, patience, cancellation);
    }

    private async Task<DnsResponse> OverTcpOrTellAsync(
        IPEndPoint server, byte[] query, ushort id, DnsQuestion question, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            var response = await InTimeAsync(server, patience, token => OverTcpAsync(server, query, id, question, token), cancellation);
            return response.IsTruncated ? throw new DnsFormatException("it is cut short even over TCP") : response;
        }
        catch (DnsFormatException e)
        {
            throw new NameResolutionException($"{server} sent an answer for {question.Name} that makes no sense: {e.Message}", e);
        }
        catch (EndOfStreamException e)
        {
            throw new NameResolutionException($"{server} closed the connection before its answer for {question.Name} was whole", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new NameResolutionException($"{server} cannot be asked: {e.GetBaseException().Message}", e);
        }
    }

    private static async Task<DnsResponse> OverUdpAsync(
        IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(query, SocketFlags.None, cancellation);
        var datagram = new byte[DatagramBytesMax];
        while (true)
        {
            var length = await socket.ReceiveAsync(datagram, SocketFlags.None, cancellation);
            if (DnsMessage.IsAnswerTo(datagram.AsSpan(0, length), id, question))
            {
                return DnsMessage.Read(datagram.AsSpan(0, length), id, question);
            }
        }
    }

    private static async Task<DnsResponse> OverTcpAsync(
        IPEndPoint server, byte[] query, ushort id, DnsQuestion question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)query.Length);
        await stream.WriteAsync((byte[])[.. length, .. query], cancellation);

        await stream.ReadExactlyAsync(length, cancellation);
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(message, cancellation);
        return DnsMessage.Read(message, id, question);
    }

    private async Task<DnsResponse> InTimeAsync(
        IPEndPoint server, TimeSpan patience, Func<CancellationToken, Task<DnsResponse>> ask, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new NameResolutionException($"{server} did not answer within {patience.TotalSeconds:0.###} s", e);
        }
    }
}
