using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>Two ambassadors before one destination: in one our forwarder serves, in the other YARP's. Neither tries anything again.</summary>
public sealed class BothForwarders : IAsyncLifetime
{
    public ScriptedDestination Destination { get; } = ScriptedDestination.Start("one", Reply.Ok());

    public RunningAmbassador Ours { get; private set; } = null!;

    public RunningAmbassador Yarps { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // The caller's own trace, where there is one, is passed as it is.
        Ours = await FailureWatch.StartAsync(Destination.Address, "");
        Yarps = await FailureWatch.StartAsync(Destination.Address, "", byYarp: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Ours.DisposeAsync();
        await Yarps.DisposeAsync();
        await Destination.DisposeAsync();
    }

    /// <summary>Sends these bytes to one of them, and gives what the destination and the caller saw. The destination sees nothing of a request that was refused.</summary>
    public Task<SeenExchange> SendAsync(RunningAmbassador ambassador, string bytes) => SeeAsync(async () =>
    {
        using var client = await RawClient.ConnectAsync(ambassador.Address.Port);
        await client.SendAsync(bytes);
        try
        {
            return SeenExchange.OfAnswer(await client.ReadToEndAsync());
        }
        catch (SocketException)
        {
            return SeenExchange.OfAnswer("broken off");
        }
    });

    /// <summary>Sends a request over HTTP/2.</summary>
    public Task<SeenExchange> SendAsync(RunningAmbassador ambassador, Func<HttpRequestMessage> create) => SeeAsync(async () =>
    {
        using var request = create();
        request.Headers.Host = "api"; // The ports of the two are not the same.
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        try
        {
            using var response = await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var body = await response.TextAsync();
            var headers = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated);
            return $"{response.Status()}\n{Lines(headers)}\n\n{body}\n\n{Lines(response.TrailingHeaders.NonValidated)}";
        }
        catch (HttpRequestException)
        {
            return "broken off";
        }
    });

    private static string Lines(IEnumerable<KeyValuePair<string, HeaderStringValues>> headers) =>
        SeenExchange.Lines(headers.Select(header => KeyValuePair.Create(header.Key, string.Join(", ", header.Value))));

    /// <summary>
    /// The exchange before may have ended its connection without a word, and the ambassador, who has not heard of it yet, sends the next request over it. Nobody
    /// sees that one, so it is sent once more: there is no other connection.
    /// </summary>
    private async Task<SeenExchange> SeeAsync(Func<Task<string>> exchange)
    {
        var before = Destination.RequestCount;
        var answer = await exchange();
        if (Destination.RequestCount == before)
        {
            answer = await exchange();
        }

        return new SeenExchange(SeenExchange.Of(Destination.Requests.Skip(before)), answer);
    }
}
