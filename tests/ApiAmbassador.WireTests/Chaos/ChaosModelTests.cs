namespace ApiAmbassador.WireTests.Chaos;

/// <summary>The model itself: a judge who never condemns would be no use.</summary>
public class ChaosModelTests
{
    private readonly History _history = new();

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    [Theory]
    [InlineData(ChaosLoad.Get, 0, true)]
    [InlineData(ChaosLoad.Get, 2, true)]
    [InlineData(ChaosLoad.Get, 3, false)]
    [InlineData(ChaosLoad.Post, 0, true)]
    [InlineData(ChaosLoad.Post, 1, false)]
    public void Problem_isAvoidable_whileSomebodyCanBeCountedOnAndAttemptsAreLeft(string kind, int burning, bool isAvoidable)
    {
        for (var i = 0; i < burning; i++)
        {
            Add(Fault.Reset, i, 8, 12);
        }

        (Judge(Problem(kind, 10, 10.1)) is not null).ShouldBe(isAvoidable);
    }

    [Theory]
    [InlineData(12, 20, true)] // Whoever fell ill and is well again...
    [InlineData(12, 17.9, false)] // ...is not counted on at once.
    public void Problem_afterAnOutageOfAll_isAvoidableOnceTheyHaveSettled(double end, double asked, bool isAvoidable)
    {
        for (var i = 0; i < FaultPlan.InstanceCount; i++)
        {
            Add(Fault.Kill, i, 10, end);
        }

        (Judge(Problem(ChaosLoad.Get, asked, asked + 0.1)) is not null).ShouldBe(isAvoidable);
    }

    [Fact]
    public void Stall_excusesFailuresAndDelays_butNoWrongAnswer()
    {
        var slow = Problem(ChaosLoad.Get, 10, 19);
        Judge(slow).ShouldNotBeNull();
        _history.Begin("the machine stalled", harm: Harm.Burns, at: Seconds(11)).End = Seconds(13);

        Judge(slow).ShouldBeNull();
        Judge(slow with { Outcome = Outcome.Wrong }).ShouldNotBeNull();
        Judge(slow with { Outcome = Outcome.Lost }).ShouldNotBeNull();
        Judge(slow with { Told = "503 overflow" }).ShouldNotBeNull();
    }

    [Fact]
    public void CutAndErrors_areOnlyThoseOfTheInstanceThatHasThem()
    {
        Add(Fault.HalfBody, 1, 9, 11);
        Add(Fault.Error500, 2, 9, 11);
        var answer = Problem(ChaosLoad.Get, 10, 10.1);

        Judge(answer with { Outcome = Outcome.Cut, Instance = 1 }).ShouldBeNull();
        Judge(answer with { Outcome = Outcome.Cut, Instance = 2 }).ShouldNotBeNull();
        Judge(answer with { Outcome = Outcome.Cut }).ShouldBeNull();
        Judge(Problem(ChaosLoad.Get, 20, 20.1) with { Outcome = Outcome.Cut }).ShouldNotBeNull();
        Judge(answer with { Outcome = Outcome.InstanceError, Instance = 2, Told = "500" }).ShouldBeNull();
        Judge(answer with { Outcome = Outcome.InstanceError, Instance = 3, Told = "500" }).ShouldNotBeNull();
    }

    [Fact]
    public void Post_receivedTwice_isTold()
    {
        var posts = new ReceivedPosts();
        posts.Received(1, instance: 0);
        posts.Received(2, instance: 0);
        posts.Twice.ShouldBeEmpty();

        posts.Received(1, instance: 4);
        posts.Twice.ShouldBe(["POST 1 was received by a and then by e"]);
    }

    [Fact]
    public void Plan_ofTheSameSeed_isTheSame()
    {
        Text(FaultPlan.Draw(7, 60)).ShouldBe(Text(FaultPlan.Draw(7, 60)));
        Text(FaultPlan.Draw(7, 60)).ShouldNotBe(Text(FaultPlan.Draw(8, 60)));
        FaultPlan.Draw(7, 60).Files.ShouldContain(step => step.Fault == Fault.Restart || step.Fault == Fault.RestartWithoutLog);

        static string Text(FaultPlan plan) => string.Join('\n', plan.Instances.Append(plan.Names).Append(plan.Files).Append(plan.Machine).SelectMany(lane => lane));
    }

    private void Add(Fault fault, int instance, double begin, double end) =>
        _history.Begin($"{fault}", fault, instance, ChaosInstance.HarmOf(fault), Seconds(begin)).End = Seconds(end);

    private string? Judge(Answer answer) => new ChaosModel(_history.Spells).Judge(answer);

    private static Answer Problem(string kind, double begin, double end) =>
        new(1, kind, Seconds(begin), Seconds(end), Seconds(end), Outcome.Problem, null, "502 upstream_reset");
}
