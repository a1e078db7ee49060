using System.Collections.Concurrent;
using System.Net;
using ApiAmbassador.WireTests.Destinations;
using ApiAmbassador.WireTests.Peers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>Instances at addresses of their own, 127.1.0.1 and on, all on one port, as containers behind one name are. Each answers with its address.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly Dictionary<string, KestrelDestination> _running = [];
    private int _last;

    public int Port { get; } = FreePort.Next();

    public IReadOnlyCollection<string> Addresses => _running.Keys;

    /// <summary>How often each POST was received.</summary>
    public ConcurrentDictionary<string, int> Posts { get; } = new();

    /// <summary>Starts some instances.</summary>
    public async Task<string[]> StartAsync(int count)
    {
        var addresses = new string[count];
        for (var i = 0; i < count; i++)
        {
            addresses[i] = await StartAsync();
        }

        return addresses;
    }

    /// <summary>The id of the destination that is a discovered instance.</summary>
    public string IdOf(string address) => $"http://{address}:{Port}";

    /// <summary>Starts an instance at an address that none had before.</summary>
    public Task<string> StartAsync() => StartAsync($"127.1.0.{++_last}");

    /// <summary>Starts an instance at an address.</summary>
    public async Task<string> StartAsync(string address)
    {
        _running[address] = await KestrelDestination.StartAsync(
            HttpProtocols.Http1,
            async context =>
            {
                if (HttpMethods.IsPost(context.Request.Method))
                {
                    Posts.AddOrUpdate(context.Request.Path, 1, (_, times) => times + 1);
                }

                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
                await context.Response.WriteAsync(address, context.RequestAborted);
            },
            at: new IPEndPoint(IPAddress.Parse(address), Port));
        return address;
    }

    /// <summary>Stops one as a container is stopped.</summary>
    public async Task StopAsync(string address)
    {
        _running.Remove(address, out var instance);
        await instance!.StopAsync();
        await instance.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _running.Values)
        {
            await instance.DisposeAsync();
        }
    }
}
