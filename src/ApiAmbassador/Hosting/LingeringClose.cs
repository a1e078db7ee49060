using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace ApiAmbassador.Hosting;

/// <summary>
/// Lets a client of HTTP/2 read that its connection ends, before it is closed. Kestrel closes with the last stream; what the client has begun meanwhile
/// comes to a closed socket, whose reset overtakes the GOAWAY that would have told it to begin that elsewhere: one in fifty ends so where clients are busy.
/// So when Kestrel is done, what still comes is read and forgotten until the client has ended its side too, or for a second (Envoy's
/// <c>delayed_close_timeout</c>; nginx has <c>lingering_close</c>).
/// </summary>
internal sealed class LingeringClose(IDuplexPipe transport) : IDuplexPipe
{
    private static readonly TimeSpan LingerMax = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public PipeReader Input { get; } = new OpenReader(transport.Input);

    /// <inheritdoc/>
    public PipeWriter Output { get; } = new OpenWriter(transport.Output);

    /// <summary>Adds it to an endpoint, behind TLS where it has TLS. Without TLS it is for one that speaks HTTP/2 alone.</summary>
    public static void Use(ListenOptions listen) => listen.Use(next => connection =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls && !tls.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span)
            ? next(connection)
            : RunAsync(connection, next));

    /// <summary>The rest of a connection of HTTP/2, and the wait behind it.</summary>
    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var transport = connection.Transport;
        connection.Transport = new LingeringClose(transport);
        await next(connection);
        connection.Transport = transport;
        await ForgetAsync(transport.Input, connection.ConnectionClosed);
    }

    private static async Task ForgetAsync(PipeReader input, CancellationToken closed)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(closed);
        patience.CancelAfter(LingerMax);
        try
        {
            ReadResult read;
            do
            {
                read = await input.ReadAsync(patience.Token);
                input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            // It has had its second, or is gone.
        }
    }

    /// <summary>Not ended by who reads.</summary>
    private sealed class OpenReader(PipeReader reader) : PipeReader
    {
        public override bool TryRead(out ReadResult result) => reader.TryRead(out result);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => reader.ReadAsync(cancellationToken);

        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            // Whoever made it ends it.
        }
    }

    /// <summary>Not ended by who writes, but for an error.</summary>
    private sealed class OpenWriter(PipeWriter writer) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

        public override long UnflushedBytes => writer.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void Advance(int bytes) => writer.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => writer.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => writer.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (exception is not null)
            {
                writer.Complete(exception);
            }
        }
    }
}
