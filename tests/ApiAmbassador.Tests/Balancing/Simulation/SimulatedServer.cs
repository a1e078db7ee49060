namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>An instance: so many workers, a queue before them, and a service time of which half is fixed and half exponential.</summary>
internal sealed class SimulatedServer(int workers = 4)
{
    private readonly double[] _freeAt = new double[workers];

    /// <summary>The mean time of one request in a worker, in seconds.</summary>
    public double Service { get; init; } = 0.020;

    /// <summary>How many times longer it takes at a moment.</summary>
    public Func<double, double> Slowness { get; init; } = static _ => 1;

    /// <summary>The share of requests that it answers with an error at a moment, in a millisecond and without a worker.</summary>
    public Func<double, double> Failing { get; init; } = static _ => 0;

    /// <summary>When it joins the pool.</summary>
    public double JoinsAt { get; init; }

    /// <summary>Idle WebSockets that it holds.</summary>
    public int WebSockets { get; init; }

    /// <summary>When a request that comes now is answered, and whether well.</summary>
    public (double At, bool Ok) Take(double now, double size, Random random)
    {
        if (random.NextDouble() < Failing(now))
        {
            return (now + 0.001, false);
        }

        var worker = 0;
        for (var i = 1; i < _freeAt.Length; i++)
        {
            worker = _freeAt[i] < _freeAt[worker] ? i : worker;
        }

        var begins = Math.Max(now, _freeAt[worker]);
        _freeAt[worker] = begins + (Service * Slowness(begins) * size * (0.5 - (0.5 * Math.Log(1 - random.NextDouble()))));
        return (_freeAt[worker], true);
    }
}
