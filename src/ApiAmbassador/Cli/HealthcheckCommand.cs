using System.CommandLine;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace ApiAmbassador.Cli;

/// <summary>
/// <c>healthcheck</c>: the container's own probe. Asks <c>/livez</c> of the admin listener and exits with 0 when it answers well, else
/// with 1 and one line that says why. It runs every few seconds, so it reads the settings and builds nothing of them but the address.
/// </summary>
internal static class HealthcheckCommand
{
    /// <summary>For everything together. A process that is alive answers within milliseconds; a starved one may take a second.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>The command.</summary>
    public static Command Create(Option<string?> config)
    {
        var admin = new Option<string?>("--admin") { Description = "The admin listener (default: where the configuration puts it)", HelpName = "URL" };
        var command = new Command("healthcheck", "Ask a running ambassador whether it is alive\nExample: ApiAmbassador healthcheck --admin http://127.0.0.1:9900") { admin, config };
        command.SetAction(result => Check(result.GetValue(admin), result.GetValue(config)));
        return command;
    }

    private static int Check(string? admin, string? configDirectory)
    {
        var (url, _, problem) = AdminAddress.Find(admin, configDirectory);
        problem = url is null ? problem : Ask(new Uri(url, "/livez"));
        if (problem is not null)
        {
            Console.Error.WriteLine(problem);
            return 1;
        }

        return 0;
    }

    /// <summary>
    /// What is wrong, or null. One request over a bare socket, without waiting asynchronously: the framework's client would more
    /// than double what the whole command costs.
    /// </summary>
    private static string? Ask(Uri livez)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var isLate = false;
        using var limit = new Timer(
            _ =>
            {
                Volatile.Write(ref isLate, true);
                socket.Dispose(); // Whatever waits for it ends with an exception.
            },
            state: null, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            socket.Connect(livez.DnsSafeHost, livez.Port);
            using var stream = Open(socket, livez);
            stream.Write(Encoding.ASCII.GetBytes($"GET {livez.PathAndQuery} HTTP/1.1\r\nHost: {livez.Authority}\r\nConnection: close\r\n\r\n"));
            var statusLine = ReadLine(stream);
            return statusLine.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? null : $"{livez} answers '{statusLine}', not 200.";
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or ObjectDisposedException)
        {
            return Volatile.Read(ref isLate)
                ? $"{livez} has not answered within {Limit.TotalSeconds:0} s."
                : $"{livez} cannot be asked: {Reason(e)}. Is the ambassador running, and its admin listener there?";
        }
    }

    /// <summary>Without the address that the framework adds to some, in a form of its own.</summary>
    private static string Reason(Exception failure) =>
        (failure.GetBaseException() is SocketException socket ? new SocketException(socket.ErrorCode) : failure).Message.TrimEnd('.');

    private static Stream Open(Socket socket, Uri url)
    {
        var plain = new NetworkStream(socket);
        return url.Scheme == Uri.UriSchemeHttps ? Secure(plain, url) : plain;
    }

    /// <summary>The certificate is made for the name that callers use, not for a loopback address: it is asked whether it lives, not who it is.</summary>
    private static SslStream Secure(Stream plain, Uri url)
    {
#pragma warning disable CA5359
        var tls = new SslStream(plain, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
        tls.AuthenticateAsClient(url.DnsSafeHost);
        return tls;
    }

    /// <summary>The first line of the answer, or what has come of it when the connection ends or the line is too long to be one.</summary>
    private static string ReadLine(Stream stream)
    {
        var buffer = new byte[256];
        var count = 0;
        int read;
        while (count < buffer.Length && (read = stream.Read(buffer, count, buffer.Length - count)) > 0)
        {
            count += read;
            if (buffer.AsSpan(0, count).IndexOf("\r\n"u8) is >= 0 and var end)
            {
                return Encoding.ASCII.GetString(buffer, 0, end);
            }
        }

        return Encoding.ASCII.GetString(buffer, 0, count);
    }
}
