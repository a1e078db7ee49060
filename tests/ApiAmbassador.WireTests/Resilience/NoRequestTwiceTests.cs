using System.Collections.Concurrent;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Resilience;

/// <summary>
/// The property that matters most, against random faults: a request that may not be done twice reaches at most one instance with its whole
/// body. A seed that fails is in the message, and can be put into the list to stay there.
/// </summary>
public class NoRequestTwiceTests
{
    private const int RequestsMax = 400;
    private const string Id = "X-Id";

    private static readonly string[] Methods = ["GET", "PUT", "DELETE", "POST", "PATCH", "BREW"];

    public static TheoryData<int> Seeds => [1, 20_261_122, Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RandomFaults_nothingThatIsNotIdempotentIsDoneTwice(int seed)
    {
        var random = new Random(seed);
        var instances = Enumerable.Range(0, 3).Select(i => Instance($"i{i}", new Random(seed + i + 1))).ToArray();
        try
        {
            await using var ambassador = await StartAsync(instances);
            var plans = Enumerable.Range(0, RequestsMax).Select(i => (Id: i, Method: Methods[random.Next(Methods.Length)], Bytes: random.Next(4) switch
            {
                0 => 0,
                1 => random.Next(1, 100),
                2 => random.Next(100, 60_000),
                _ => random.Next(65_537, 200_000),
            })).ToArray();
            var unanswered = new ConcurrentBag<string>();
            await Parallel.ForEachAsync(
                plans,
                new ParallelOptions { MaxDegreeOfParallelism = 12, CancellationToken = TestContext.Current.CancellationToken },
                async (plan, cancellation) =>
                {
                    using var request = new HttpRequestMessage(new HttpMethod(plan.Method), "/") { Headers = { { Id, $"{plan.Id}" } } };
                    request.Content = plan.Bytes > 0 || plan.Method is "POST" or "PUT" ? new ByteArrayContent(new byte[plan.Bytes]) : null;
                    try
                    {
                        using var response = await ambassador.Client.SendAsync(request, cancellation);
                    }
                    catch (HttpRequestException)
                    {
                        unanswered.Add(plan.Method); // Cut in the middle of a body: told as such.
                    }
                });

            var reached = instances.SelectMany(instance => instance.Requests)
                .Where(request => request.BodyComplete)
                .GroupBy(request => int.Parse(request.Header(Id)!), (id, all) => (Id: id, Count: all.Count()))
                .ToArray();
            var twice = reached.Where(request => request.Count > (plans[request.Id].Method is "GET" or "PUT" or "DELETE" ? 3 : 1))
                .Select(request => $"{plans[request.Id].Method} {plans[request.Id].Bytes} bytes: {request.Count} times")
                .ToArray();
            twice.ShouldBeEmpty($"seed {seed}");
            reached.Count(request => request.Count > 1).ShouldBeGreaterThan(10, $"seed {seed}: there was hardly a retry, so nothing was shown");
        }
        finally
        {
            foreach (var instance in instances)
            {
                _ = instance.TakeFaults(); // Connections that we cut in the middle of something.
                await instance.DisposeAsync();
            }
        }
    }

    private static ScriptedDestination Instance(string name, Random random)
    {
        var instance = ScriptedDestination.Start(name, _ => Next(10) switch
        {
            0 => Reply.Reset(),
            1 => Reply.Close(),
            2 => Reply.Status(503),
            3 => Reply.Status(503, retryAfter: 1).WithoutReadingBody(),
            4 => Reply.Ok("half").ResetInHead(),
            5 => Reply.Garbage(),
            6 when Next(4) == 0 => Reply.Hang(),
            7 => Reply.Ok("one and then the end").ThenCloseSilently(),
            _ => Reply.Ok("fine"),
        });
        instance.OnAccept = _ => Next(20) switch { 0 => AcceptAction.Close, 1 => AcceptAction.Reset, _ => AcceptAction.Serve };
        return instance;

        int Next(int bound)
        {
            lock (random)
            {
                return random.Next(bound);
            }
        }
    }

    private static Task<RunningAmbassador> StartAsync(ScriptedDestination[] instances) => RunningAmbassador.StartAsync(new AmbassadorSetup().WithFile(
        """
        {
          "ReverseProxy": {
            "Routes": { "api": { "ClusterId": "api", "Match": { "Path": "{**any}" }, "Retry": { "PerAttemptTimeout": "00:00:00.500" } } },
            "Clusters": {
              "api": {
                "Destinations": { "one": { "Address": "{one}" }, "two": { "Address": "{two}" }, "three": { "Address": "{three}" } },
                "CircuitBreaker": { "BreakDuration": "00:00:00.500", "BreakDurationMax": "00:00:00.500" },
                "RetryBudget": { "Ratio": 10, "MinPerSecond": 1000 }
              }
            }
          }
        }
        """,
        ("one", instances[0].Address), ("two", instances[1].Address), ("three", instances[2].Address)));
}
