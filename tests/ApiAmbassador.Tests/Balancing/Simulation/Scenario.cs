namespace ApiAmbassador.Tests.Balancing.Simulation;

/// <summary>What happens to a pool.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Rate">Requests a second, at random times.</param>
/// <param name="Seconds">For how long.</param>
/// <param name="Servers">Makes the pool, fresh for each run. What happens to one happens to the first.</param>
internal sealed record Scenario(string Name, double Rate, double Seconds, Func<SimulatedServer[]> Servers)
{
    /// <summary>How large a request is: 1 is the usual.</summary>
    public Func<Random, double> Size { get; init; } = static _ => 1;

    /// <summary>All that the table shows.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Even(1, 100), Even(2, 200), Even(3, 300), Even(10, 1_000), Even(100, 10_000), Even(3, 10),
        Slow(2, 100), Slow(3, 10), Slow(3, 30), Slow(3, 200), Slow(10, 900), Slow(100, 9_900, 10), SlowAmongMixed(3, 200),
        Failing(2, 10), Failing(2, 100), Failing(3, 10), Failing(3, 200), Failing(10, 900), Failing(100, 9_900, 10), Failing(3, 380), Partly(2, 100), Partly(3, 200),
        Flapping(2, 100), Flapping(3, 200), Flapping(10, 900),
        Cold(2, 100), Cold(3, 200), Cold(10, 900),
        Mixed(2, 100), Mixed(3, 200), Mixed(10, 700), WebSockets(3, 200), Hiccup(2, 10), Hiccup(2, 200),
    ];

    /// <summary>All alike.</summary>
    public static Scenario Even(int servers, double rate) => new($"even {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer()));

    /// <summary>One takes ten times as long.</summary>
    public static Scenario Slow(int servers, double rate, double seconds = 0) =>
        new($"slow {servers}", rate, seconds > 0 ? seconds : Span(rate), () => Pool(servers, new SimulatedServer { Slowness = static _ => 10 }));

    /// <summary>One answers everything with an error from the fifth second on, at once; there is no breaker.</summary>
    public static Scenario Failing(int servers, double rate, double seconds = 0) =>
        new($"failing {servers}", rate, seconds > 0 ? seconds : Span(rate), () => Pool(servers, new SimulatedServer { Failing = static now => now > 5 ? 1 : 0 }));

    /// <summary>One answers three of ten requests with an error.</summary>
    public static Scenario Partly(int servers, double rate) =>
        new($"partly {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer { Failing = static _ => 0.3 }));

    /// <summary>One fails and works, five seconds each.</summary>
    public static Scenario Flapping(int servers, double rate) =>
        new($"flapping {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer { Failing = static now => (int)(now / 5) % 2 }));

    /// <summary>One joins after ten seconds and takes ten times as long for the first two.</summary>
    public static Scenario Cold(int servers, double rate) =>
        new($"cold {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer { JoinsAt = 10, Slowness = static now => now < 12 ? 10 : 1 }));

    /// <summary>One request in two hundred is fifty times as large.</summary>
    public static Scenario Mixed(int servers, double rate) =>
        Even(servers, rate) with { Name = $"mixed {servers}", Size = static random => random.Next(200) == 0 ? 50 : 1 };

    /// <summary>One takes ten times as long, and one request in a hundred is five times as large.</summary>
    public static Scenario SlowAmongMixed(int servers, double rate) => Slow(servers, rate) with { Name = $"slow mix {servers}", Size = static random => random.Next(100) == 0 ? 5 : 1 };

    /// <summary>One holds a hundred idle WebSockets.</summary>
    public static Scenario WebSockets(int servers, double rate) => new($"sockets {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer { WebSockets = 100 }));

    /// <summary>One fails for a fifth of a second.</summary>
    public static Scenario Hiccup(int servers, double rate) =>
        new($"hiccup {servers}", rate, Span(rate), () => Pool(servers, new SimulatedServer { Failing = static now => now is > 10 and < 10.2 ? 1 : 0 }));

    private static double Span(double rate) => rate < 50 ? 120 : rate > 5_000 ? 5 : 40;

    private static SimulatedServer[] Pool(int servers, SimulatedServer first) => [first, .. Enumerable.Range(1, servers - 1).Select(_ => new SimulatedServer())];
}
