using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.Hosting;

/// <summary>
/// HTTP/1.1 and HTTP/2 on one port without TLS. Clients that know beforehand that we speak HTTP/2, as every gRPC client does, begin with a
/// fixed preface (RFC 9113, section 3.4), but Kestrel takes a connection without TLS for HTTP/1.1 when it may choose. So we look at the first
/// bytes, and tell it. Nothing is consumed, and nothing is put between but how HTTP/2 ends (<see cref="LingeringClose"/>).
/// </summary>
internal sealed partial class PriorKnowledge(ConnectionDelegate next, KestrelServerLimits limits)
{
    /// <summary>
    /// What Kestrel reads to learn the protocol of a single connection. It is not public in .NET 10; when Kestrel looks
    /// for the preface itself, this class can go. Null where a release has renamed it: HTTP/1.1 is served as before, and the log says so.
    /// </summary>
    private static readonly Type? ProtocolsFeature =
        typeof(KestrelServerOptions).Assembly.GetType("Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature");

    private static readonly object? Http2 = ProtocolsFeature is null ? null : Activator.CreateInstance(ProtocolsFeature, HttpProtocols.Http2);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Adds it to an endpoint without TLS. Where the endpoint's <c>Protocols</c> leave no choice, they stand.</summary>
    public static void Use(ListenOptions listen)
    {
        if (!listen.Protocols.HasFlag(HttpProtocols.Http1AndHttp2))
        {
            if (listen.Protocols == HttpProtocols.Http2)
            {
                LingeringClose.Use(listen);
            }

            return;
        }

        if (Http2 is null)
        {
            LogUnavailable(listen.ApplicationServices.GetRequiredService<ILogger<PriorKnowledge>>(), listen.EndPoint);
            return;
        }

        // What a connection is if nothing is said of it, and what Kestrel would take it for; put so, it does not warn that HTTP/2 is off.
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => new PriorKnowledge(next, listen.KestrelServerOptions.Limits).OnConnectionAsync);
    }

    private async Task OnConnectionAsync(ConnectionContext connection)
    {
        if (await HasPrefaceAsync(connection) is not { } hasPreface)
        {
            return; // It is closed when we come back.
        }

        if (hasPreface)
        {
            connection.Features[ProtocolsFeature!] = Http2;
            await LingeringClose.RunAsync(connection, next);
        }
        else
        {
            await next(connection);
        }
    }

    /// <summary>
    /// Whether the connection begins with the preface, decided at the first byte that differs; null when the client, or we, have ended it
    /// before. Kestrel's own timeouts begin after this, so they are kept here: <c>KeepAliveTimeout</c> for the first byte, as on any idle
    /// connection, then <c>RequestHeadersTimeout</c>.
    /// </summary>
    private async ValueTask<bool?> HasPrefaceAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        CancellationTokenSource? patience = null;
        try
        {
            while (true)
            {
                if (!input.TryRead(out var read))
                {
                    patience ??= Patience(connection);
                    read = await input.ReadAsync(patience.Token);
                }

                if (Decide(read.Buffer) is { } decision)
                {
                    input.AdvanceTo(read.Buffer.Start);
                    return decision;
                }

                var isBeginning = !read.Buffer.IsEmpty;
                input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return isBeginning ? false : null; // Kestrel says what is wrong with half a request.
                }

                if (isBeginning)
                {
                    patience ??= Patience(connection);
                    patience.CancelAfter(Bounded(limits.RequestHeadersTimeout));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            return null;
        }
        finally
        {
            patience?.Dispose();
        }
    }

    /// <summary>Ends when the client has had its time, or when Kestrel stops, which ends idle connections at once.</summary>
    private CancellationTokenSource Patience(ConnectionContext connection)
    {
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Bounded(limits.KeepAliveTimeout));
        return patience;
    }

    /// <summary>No timeout is <see cref="TimeSpan.MaxValue"/> to Kestrel, and more than a timer takes.</summary>
    private static TimeSpan Bounded(TimeSpan timeout) => timeout < TimeSpan.FromDays(1) ? timeout : Timeout.InfiniteTimeSpan;

    /// <summary>True or false as soon as the bytes say it; null while they are a beginning of the preface.</summary>
    private static bool? Decide(in ReadOnlySequence<byte> buffer)
    {
        var compared = 0;
        foreach (var segment in buffer)
        {
            var part = segment.Span[..Math.Min(segment.Length, Preface.Length - compared)];
            if (!Preface.Slice(compared, part.Length).SequenceEqual(part))
            {
                return false;
            }

            compared += part.Length;
            if (compared == Preface.Length)
            {
                return true;
            }
        }

        return null;
    }

    [LoggerMessage(3005, LogLevel.Warning, "This release of Kestrel does not let us offer HTTP/2 without TLS beside HTTP/1.1 on {EndPoint}: HTTP/1.1 only")]
    private static partial void LogUnavailable(ILogger logger, System.Net.EndPoint endPoint);
}
