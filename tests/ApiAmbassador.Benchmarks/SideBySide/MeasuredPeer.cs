using ApiAmbassador.Benchmarks.Peers;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>A running peer and what was measured of it so far.</summary>
/// <param name="label">Its name in the table; a peer that was named twice has two.</param>
/// <param name="server">Its process.</param>
internal sealed class MeasuredPeer(string label, ChildServer server)
{
    private readonly List<Sample> _samples = [];

    public string Label => label;

    public Uri Address => server.Address;

    /// <summary>One a round, in the order of the rounds: samples of two peers with the same index were taken beside each other.</summary>
    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Sends one request and compares the answer.</summary>
    /// <exception cref="InvalidOperationException">Nothing came back, or not what the origin sends.</exception>
    public async Task VerifyAsync(Inbound inbound, CancellationToken cancellation)
    {
        using var client = Loopback.CreateClient(http2: inbound == Inbound.Http2);
        string body;
        try
        {
            body = await client.GetStringAsync(Address, cancellation);
        }
        catch (Exception failure) when (failure is HttpRequestException || (failure is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new InvalidOperationException($"{label} is up but did not serve a request at {Address}: {failure.Message}", failure);
        }

        if (!string.Equals(body, Origin.Body, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{label} does not pass the origin's answer on. It answered: {body}");
        }
    }

    /// <summary>Processor time so far.</summary>
    /// <exception cref="InvalidOperationException">The peer died.</exception>
    public TimeSpan ReadCpu() => server.ReadUse().Cpu;

    /// <summary>Resident memory now.</summary>
    /// <exception cref="InvalidOperationException">The peer died.</exception>
    public double ReadMegabytes() => server.ReadUse().ResidentBytes / (1024.0 * 1024);

    /// <summary>Keeps the sample of a round.</summary>
    /// <exception cref="InvalidOperationException">The peer served nothing at all.</exception>
    public void Add(Sample sample)
    {
        if (sample.Alone.Requests == 0 || sample.AtRate.Requests == 0 || sample.Shared.Requests == 0)
        {
            throw new InvalidOperationException($"{label} served no request in a whole round.");
        }

        _samples.Add(sample);
    }
}
