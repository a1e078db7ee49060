using System.Threading.Channels;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace ApiAmbassador.Observability;

/// <summary>
/// Lines of finished requests on their way to standard output. Who adds one never waits: up to <see cref="WaitingMax"/> wait for the one thread that
/// writes, and what is beyond is dropped and counted. That thread is ours, because a reader of standard output that stalls blocks it, and the thread
/// pool belongs to requests.
/// </summary>
internal sealed partial class AccessLog(
    SnapshotStore snapshots, ILineOutput output, TimeProvider time, IOptions<ConsoleLoggerOptions> console, ILogger<AccessLog> logger) : IHostedService
{
    /// <summary>Lines that wait: what comes in <see cref="Gathering"/> at over 100 000 requests a second.</summary>
    public const int WaitingMax = 8192;

    /// <summary>Lines are written when so many bytes have come together.</summary>
    private const int BatchBytes = 32 * 1024;

    /// <summary>How long lines are waited for after the first: to wake a thread for each costs more than the line.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the end waits for a standard output that takes nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TellAgain = TimeSpan.FromMinutes(1);

    private readonly Channel<AccessLine> _lines = Channel.CreateBounded<AccessLine>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _dropped;
    private long _tellFrom;

    /// <summary>Lines that were not written.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a line; never waits.</summary>
    public void Add(in AccessLine line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Drop(1);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(WriteAll) { IsBackground = true, Name = "Access log" }.Start();
        return Task.CompletedTask;
    }

    /// <summary>The listeners stop before us: what waits now is all there is.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.TryComplete();
        await Task.WhenAny(_ended.Task, Task.Delay(Patience, time, CancellationToken.None));
    }

    private void WriteAll()
    {
        using var writer = new AccessLineWriter();
        while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Thread.Sleep(Gathering);
            while (Fill(writer) is > 0 and var count)
            {
                Write(writer, count);
            }
        }

        _ended.SetResult();
    }

    private int Fill(AccessLineWriter writer)
    {
        var count = 0;
        var format = snapshots.Current.Ambassador.AccessLog.Format;
        var isJson = format == AccessLogFormat.Json || (format is null && console.Value.FormatterName == ConsoleFormatterNames.Json);
        while (writer.Written.Length < BatchBytes && _lines.Reader.TryRead(out var line))
        {
            count++;
            if (isJson)
            {
                writer.WriteJson(line);
            }
            else
            {
                writer.WriteText(line);
            }
        }

        return count;
    }

    private void Write(AccessLineWriter writer, int count)
    {
        try
        {
            output.Write(writer.Written);
        }
#pragma warning disable CA1031 // Its reader has gone, or the disk is full; whatever it is, it must not end the process.
        catch (Exception)
#pragma warning restore CA1031
        {
            Drop(count);
        }

        writer.Clear();
    }

    /// <summary>Counts, and says so at the first and then once a minute.</summary>
    private void Drop(int count)
    {
        var dropped = Interlocked.Add(ref _dropped, count);
        var (now, from) = (time.GetTimestamp(), Interlocked.Read(ref _tellFrom));
        if (now >= from && Interlocked.CompareExchange(ref _tellFrom, now + time.ToTimestamp(TellAgain), from) == from)
        {
            LogDropped(logger, dropped);
        }
    }
}
