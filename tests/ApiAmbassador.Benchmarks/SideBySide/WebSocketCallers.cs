using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>The program that <see cref="WebSocketLoad"/> starts: each connection sends a message and waits until it is back.</summary>
internal static class WebSocketCallers
{
    public const string CommandName = "websocket-callers";

    public static Command CreateCommand()
    {
        var url = new Option<string>("--url") { Required = true };
        var connections = new Option<int>("--connections") { Required = true };
        var rate = new Option<int>("--rate") { Required = true, Description = "Messages a second, all connections together; 0 is as many as come back" };
        var seconds = new Option<int>("--seconds") { Required = true };
        var command = new Command(CommandName, "The WebSocket load of side-by-side.") { url, connections, rate, seconds };
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(
            new Uri(result.GetRequiredValue(url)), result.GetValue(connections), result.GetValue(rate), TimeSpan.FromSeconds(result.GetValue(seconds)), cancellation));
        return command;
    }

    private static async Task RunAsync(Uri url, int connections, int rate, TimeSpan time, CancellationToken cancellation)
    {
        var sockets = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => ConnectAsync(url, cancellation)));
        var latencies = new ConcurrentBag<long>();
        var interval = rate == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds((double)connections / rate);
        Console.WriteLine("ready");
        var clock = Stopwatch.StartNew();
        var failed = await Task.WhenAll(sockets.Select((socket, number) =>
            CallAsync(socket, clock, first: interval * number / connections, interval, time, latencies, cancellation)));
        Console.WriteLine(JsonSerializer.Serialize(new Result(clock.Elapsed.TotalSeconds, failed.Sum(), [.. latencies])));
    }

    private static async Task<ClientWebSocket> ConnectAsync(Uri url, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(url, cancellation);
        return socket;
    }

    /// <summary>One connection, to the end of the time; gives how many messages failed, after the first of which it is over.</summary>
    private static async Task<int> CallAsync(
        ClientWebSocket socket, Stopwatch clock, TimeSpan first, TimeSpan interval, TimeSpan time, ConcurrentBag<long> latencies, CancellationToken cancellation)
    {
        var message = System.Text.Encoding.ASCII.GetBytes(Origin.Body);
        var answer = new byte[message.Length];
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(time + TimeSpan.FromSeconds(5));
        try
        {
            var answered = TimeSpan.Zero;
            for (var due = first; Later(due, answered) < time; due += interval)
            {
                // What is due before the last answer came has waited since then; our own timer's lateness is not the proxy's.
                var waits = interval > TimeSpan.Zero && due < answered;
                if (due > clock.Elapsed)
                {
                    await Task.Delay(due - clock.Elapsed, timeout.Token);
                }

                var sent = waits ? due : clock.Elapsed;
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
                while (!(await socket.ReceiveAsync(answer, timeout.Token)).EndOfMessage)
                {
                }

                answered = clock.Elapsed;
                latencies.Add((long)(answered - sent).TotalMicroseconds);
            }

            return 0;
        }
        catch (Exception lost) when (lost is WebSocketException or OperationCanceledException)
        {
            return 1;
        }
        finally
        {
            socket.Dispose();
        }
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>What is printed at the end, as JSON.</summary>
    internal sealed record Result(double Seconds, long Failed, long[] Microseconds);
}
