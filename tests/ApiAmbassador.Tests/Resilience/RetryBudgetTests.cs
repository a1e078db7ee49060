using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

public class RetryBudgetTests
{
    private readonly FakeTime _time = new();
    private readonly RetryBudget _budget;
    private readonly RetryBudgetOptions _options = new();

    public RetryBudgetTests() => _budget = new RetryBudget(_time);

    [Fact]
    public void Fresh_budget_has_the_floor_of_a_whole_window()
    {
        _budget.Left(_options, _time.GetTimestamp()).ShouldBe(100);

        WithdrawAll().ShouldBe(100);
        _budget.Left(_options, _time.GetTimestamp()).ShouldBe(0);
    }

    [Theory]
    [InlineData(0.2, 50, 10)]
    [InlineData(0.2, 54, 10)] // What does not make a whole retry waits for more.
    [InlineData(0.2, 55, 11)]
    [InlineData(1, 3, 3)]
    [InlineData(10, 2, 20)]
    [InlineData(0, 1_000, 0)]
    public void Requests_bring_their_ratio(double ratio, int requests, int retries)
    {
        (_options.Ratio, _options.MinPerSecond) = (ratio, 0);

        Deposit(requests);

        WithdrawAll().ShouldBe(retries);
    }

    [Fact]
    public void Without_ratio_and_floor_there_is_none()
    {
        (_options.Ratio, _options.MinPerSecond) = (0, 0);
        Deposit(10);

        WithdrawAll().ShouldBe(0);
    }

    [Theory]
    [InlineData(0.05, 0)] // Half a retry in ten seconds is none;
    [InlineData(0.1, 1)] // one is one.
    [InlineData(0.25, 2)]
    public void Floor_may_be_less_than_one_a_second(double minPerSecond, int retries)
    {
        (_options.Ratio, _options.MinPerSecond) = (0, minPerSecond);

        WithdrawAll().ShouldBe(retries);
    }

    [Fact]
    public void Spent_budget_is_full_again_when_its_retries_have_left_the_window()
    {
        WithdrawAll();

        _time.Advance(_options.Window);
        WithdrawAll().ShouldBe(0);

        _time.Advance(_options.Window / 10);
        WithdrawAll().ShouldBe(100);
    }

    [Fact]
    public void Requests_that_have_left_the_window_bring_nothing()
    {
        _options.MinPerSecond = 0;
        Deposit(1_000);

        _time.Advance(_options.Window * 1.1);

        WithdrawAll().ShouldBe(0);
    }

    [Fact]
    public void Changed_ratio_and_floor_hold_at_once()
    {
        Deposit(100);
        WithdrawAll().ShouldBe(120);

        _options.Ratio = 0.3;
        WithdrawAll().ShouldBe(10);

        _options.MinPerSecond = 1;
        _budget.Left(_options, _time.GetTimestamp()).ShouldBe(0, "less than none is none");
        Deposit(100);
        WithdrawAll().ShouldBe(0, "what was spent above the new limit is owed");
    }

    [Fact]
    public void Threads_at_once_spend_exactly_what_there_is()
    {
        const int threads = 4, each = 50_000;
        (_options.Ratio, _options.MinPerSecond) = (0.25, 0);
        int deposited = 0, granted = 0, tooMany = 0;
        Threads.Run(threads, number =>
        {
            for (var i = 0; i < each; i++)
            {
                // Counted before the request and after the retry, so that there can only seem to be fewer retries than there are.
                Interlocked.Increment(ref deposited);
                _budget.Deposit(_options, _time.GetTimestamp());
                while (_budget.TryWithdraw(_options, _time.GetTimestamp()))
                {
                    if (Interlocked.Increment(ref granted) > Volatile.Read(ref deposited) / 4)
                    {
                        Interlocked.Increment(ref tooMany);
                    }
                }
            }
        });

        tooMany.ShouldBe(0);
        granted.ShouldBe(threads * each / 4);
    }

    /// <summary>
    /// Wherever a stretch as long as the window is laid, its retries are at most Ratio × its requests, those of the tenth of a window before
    /// it included, + the floor.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Retries_of_any_stretch_keep_to_the_budget(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            var options = new RetryBudgetOptions
            {
                Ratio = random.Next(4) * 0.15,
                MinPerSecond = random.Next(3) * 1.5,
                Window = TimeSpan.FromSeconds(random.Next(1, 5)),
            };
            var time = new FakeTime();
            var (requests, retries) = Traffic(random, time, new RetryBudget(time), options);

            var slot = options.Window.Ticks / RollingCounts.WindowSlots;
            var floor = options.MinPerSecond * options.Window.TotalSeconds;
            foreach (var end in retries)
            {
                // A stretch that has most retries ends with one.
                var begin = end - options.Window.Ticks;
                var spent = retries.Count(when => when >= begin && when <= end);
                var brought = requests.Count(when => when >= begin - slot && when <= end);
                ((double)spent).ShouldBeLessThanOrEqualTo((options.Ratio * brought) + floor + 1e-6, $"seed {seed}, round {round}, {begin} to {end}");
            }
        }
    }

    private static (List<long> Requests, List<long> Retries) Traffic(Random random, FakeTime time, RetryBudget budget, RetryBudgetOptions options)
    {
        var requests = new List<long>();
        var retries = new List<long>();
        for (var step = 0; step < 1_000; step++)
        {
            // Bursts and pauses; at times everything fails, and each request wants two retries.
            time.Advance(options.Window * (random.Next(40) == 0 ? random.NextDouble() : random.NextDouble() / 100));
            var now = time.GetTimestamp();
            if (random.Next(3) > 0)
            {
                budget.Deposit(options, now);
                requests.Add(now);
            }

            for (var wanted = step / 100 % 2 == 0 ? 2 : random.Next(2); wanted > 0; wanted--)
            {
                if (budget.TryWithdraw(options, now))
                {
                    retries.Add(now);
                }
            }
        }

        return (requests, retries);
    }

    private void Deposit(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            _budget.Deposit(_options, _time.GetTimestamp());
        }
    }

    private int WithdrawAll()
    {
        var retries = 0;
        while (_budget.TryWithdraw(_options, _time.GetTimestamp()))
        {
            retries++;
        }

        return retries;
    }
}
