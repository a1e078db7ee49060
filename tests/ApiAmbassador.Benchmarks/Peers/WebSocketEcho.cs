using System.CommandLine;
using System.Net.WebSockets;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The origin of WebSockets, a process of its own: each message comes back. A request without an upgrade is answered like <see cref="Origin"/> does.</summary>
internal static class WebSocketEcho
{
    private const string CommandName = "websocket-echo";

    public static ChildStart Prepare(Uri address) =>
        new(DotnetHost.Path, ["exec", typeof(WebSocketEcho).Assembly.Location, CommandName, "--url", address.ToString()], address, Ready: address);

    public static Command CreateCommand()
    {
        var url = new Option<string>("--url") { Required = true };
        var command = new Command(CommandName, "The origin of WebSockets of side-by-side.") { url };
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(result.GetRequiredValue(url), cancellation));
        return command;
    }

    private static async Task RunAsync(string url, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        await using var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            if (!context.WebSockets.IsWebSocketRequest)
            {
                await context.Response.WriteAsync(Origin.Body, context.RequestAborted);
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[4_096];
            try
            {
                while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } part)
                {
                    await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
                }
            }
            catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
            {
                // Callers leave without a word when their time is over.
            }
        });
        await app.RunAsync(cancellation);
    }
}
