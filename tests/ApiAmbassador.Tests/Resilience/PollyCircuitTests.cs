using ApiAmbassador.Resilience;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Resilience;

/// <summary>That Polly does what we lean on.</summary>
public class PollyCircuitTests
{
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(3);

    private readonly FakeTime _time = new();
    private readonly PollyCircuit _circuit;

    public PollyCircuitTests() => _circuit = new PollyCircuit(_time);

    [Fact]
    public void Fresh_circuit_is_closed() => _circuit.IsOpen.ShouldBeFalse();

    [Fact]
    public void Open_opens_at_once_however_often_it_has_closed()
    {
        for (var i = 0; i < 10; i++)
        {
            _circuit.Open(Break);
            _circuit.IsOpen.ShouldBeTrue();

            _time.Advance(Break);
            _circuit.TryTell(Verdict.Success, Break).ShouldBeTrue();
            _circuit.IsOpen.ShouldBeFalse();
        }
    }

    [Fact]
    public void Nothing_ends_the_break_early()
    {
        _circuit.Open(Break);
        _time.Advance(Break - TimeSpan.FromTicks(1));

        _circuit.TryTell(Verdict.Success, Break).ShouldBeFalse();
        _circuit.TryTell(Verdict.Failure, Break * 2).ShouldBeFalse();

        _time.Advance(TimeSpan.FromTicks(1));
        _circuit.TryTell(Verdict.Success, Break).ShouldBeTrue("and nothing has made it longer");
    }

    [Fact]
    public void Failure_after_the_break_begins_another_as_long_as_it_says()
    {
        _circuit.Open(Break);
        _time.Advance(Break);

        _circuit.TryTell(Verdict.Failure, Break * 4).ShouldBeTrue();

        _circuit.IsOpen.ShouldBeTrue();
        _time.Advance((Break * 4) - TimeSpan.FromTicks(1));
        _circuit.TryTell(Verdict.Success, Break).ShouldBeFalse();
        _time.Advance(TimeSpan.FromTicks(1));
        _circuit.TryTell(Verdict.Success, Break).ShouldBeTrue();
    }
}
