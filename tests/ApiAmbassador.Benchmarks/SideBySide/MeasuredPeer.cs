using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>A running peer and what was measured of it so far.</summary>
/// <param name="label">Its name in the table; a peer that was named twice has two.</param>
/// <param name="server">Its process.</param>
internal sealed class MeasuredPeer(string label, ChildServer server)
{
    private const int WarmUpSeconds = 1;
    private readonly List<Sample> _samples = [];

    public string Label => label;

    /// <summary>One a round, in the order of the rounds: samples of two peers with the same index were taken beside each other.</summary>
    public IReadOnlyList<Sample> Samples => _samples;

    public long ResidentBytes { get; private set; }

    /// <summary>Sends one request and compares the answer.</summary>
    /// <exception cref="InvalidOperationException">What came back is not what the origin sends.</exception>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var body = await client.GetStringAsync(server.Address, cancellation);
        if (!string.Equals(body, Origin.Body, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{label} does not pass the origin's answer on. It answered: {body}");
        }
    }

    /// <summary>Load that is not counted, until tiered compilation has settled.</summary>
    public Task WarmUpAsync(WrkLoad load, int seconds, CancellationToken cancellation) => load.RunAsync(server.Address, seconds, cancellation);

    /// <summary>Adds a sample.</summary>
    /// <exception cref="InvalidOperationException">The peer died, or served nothing at all.</exception>
    public async Task MeasureAsync(WrkLoad load, int seconds, CancellationToken cancellation)
    {
        // The peer was idle while others were measured: caches and pooled connections come back first.
        await load.RunAsync(server.Address, WarmUpSeconds, cancellation);

        var before = server.ReadUse();
        var result = await load.RunAsync(server.Address, seconds, cancellation);
        var after = server.ReadUse();
        if (result.Requests == 0)
        {
            throw new InvalidOperationException($"{label} served no request in {seconds} s.");
        }

        _samples.Add(new Sample(result, after.Cpu - before.Cpu));
        ResidentBytes = after.ResidentBytes;
    }
}
