using System.Text;

namespace ApiAmbassador.Tests.Forwarding.Http1;

/// <summary>Right answers with something wrong put in at random: whatever comes, it is an answer or it is refused, and nobody waits for ever.</summary>
public class Http1ConnectionFuzzTests
{
    private const int Rounds = 600;

    private static readonly string[] Right =
    [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: theirs\r\n\r\n5;a=b\r\nhello\r\na\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nX-A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.0 200 Fine\r\nX-A: b\r\n\r\nuntil the end",
        "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 26\r\n\r\n",
    ];

    private static readonly string[] Wrong =
    [
        "\r\n", "\n", "\r", "\0", "\n\n", "\r\n\r\n", "\r\n ", ":", ";", " ", "\u00ff", "-1", "ffffffffffffffff", "99999999999999999999", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n", "HTTP/1.1 200 OK\r\n\r\n", "0\r\n\r\n", new('a', 5000), new('\n', 5000), "X-A: " + new string('b', 70_000) + "\r\n",
    ];

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public async Task Answer_with_something_wrong_in_it_is_an_answer_or_is_refused(int seed)
    {
        var (random, answers) = (new Random(seed), 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutate(random);
            try
            {
                using var peer = await Peer.ConnectAsync();
                var reading = peer.ReadAsync();
                var at = random.Next(bytes.Length + 1);
                await SendAsync(peer, bytes.AsMemory(0, at), bytes.AsMemory(at));
                await reading;
                peer.Connection.TryRest(now: 1);
                answers++;
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                // Refused.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}: {Encoding.Latin1.GetString(bytes)}", e);
            }
        }

        answers.ShouldBeInRange(Rounds / 10, Rounds * 9 / 10, $"seed {seed}: hardly anything was wrong, or all was");
    }

    private static async Task SendAsync(Peer peer, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        await peer.SendAsync(first);
        await peer.SendAsync(second);
        peer.End();
    }

    private static byte[] Mutate(Random random)
    {
        List<byte> bytes = [.. Encoding.Latin1.GetBytes(Right[random.Next(Right.Length)])];
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            var rest = Math.Min(bytes.Count - at, random.Next(1, 20));
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, rest);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, rest));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 4 when at < bytes.Count: // Digits above all: lengths and chunks are cut by them.
                    var digit = bytes.FindIndex(at, b => char.IsAsciiDigit((char)b));
                    bytes[Math.Max(digit, 0)] = (byte)('0' + random.Next(10));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.Latin1.GetBytes(Wrong[random.Next(Wrong.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }
}
