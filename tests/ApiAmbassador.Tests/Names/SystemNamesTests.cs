using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Names;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Names;

public class SystemNamesTests
{
    private static readonly CancellationToken Never = CancellationToken.None;

    [Fact]
    public async Task Answer_is_in_order_with_each_address_once()
    {
        var names = new SystemNames((_, _) => [IPAddress.Parse("10.0.0.2"), IPAddress.Parse("::ffff:10.0.0.1"), IPAddress.Parse("10.0.0.2")]);

        (await names.ResolveAsync("api", AddressFamily.Unspecified, Never).WithDeadlineAsync())
            .Select(address => address.ToString()).ShouldBe(["10.0.0.1", "10.0.0.2"]);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound)]
    [InlineData(SocketError.NoData)]
    public async Task Name_without_an_address_has_none(SocketError error)
    {
        var names = new SystemNames((_, _) => throw new SocketException((int)error));

        (await names.ResolveAsync("api", AddressFamily.Unspecified, Never).WithDeadlineAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(SocketError.TryAgain)]
    [InlineData(SocketError.NoRecovery)]
    public async Task Failure_is_told(SocketError error)
    {
        var names = new SystemNames((_, _) => throw new SocketException((int)error));

        (await Should.ThrowAsync<NameResolutionException>(names.ResolveAsync("api", AddressFamily.Unspecified, Never).WithDeadlineAsync()))
            .Message.ShouldStartWith("The system could not resolve api: ");
    }

    [Fact]
    public async Task What_throws_anything_else_is_told_as_well_and_the_next_one_is_answered()
    {
        var names = new SystemNames((name, _) => name == "bad" ? throw new FormatException("odd") : [IPAddress.Loopback]);

        await Should.ThrowAsync<NameResolutionException>(names.ResolveAsync("bad", AddressFamily.Unspecified, Never).WithDeadlineAsync());
        (await names.ResolveAsync("good", AddressFamily.Unspecified, Never).WithDeadlineAsync()).ShouldBe([IPAddress.Loopback]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    public async Task What_is_no_name_is_not_asked_for(string name)
    {
        var names = new SystemNames((_, _) => throw new InvalidOperationException("asked"));

        (await Should.ThrowAsync<NameResolutionException>(names.ResolveAsync(name, AddressFamily.Unspecified, Never)))
            .Message.ShouldBe($"'{name}' is not a host name");
    }

    [Fact]
    public async Task Sixteen_names_that_hang_hold_sixteen_threads_and_no_more()
    {
        using var gate = new ManualResetEventSlim();
        using var inside = new SemaphoreSlim(0);
        int now = 0, most = 0;
        var names = new SystemNames((_, _) =>
        {
            Thread.CurrentThread.IsThreadPoolThread.ShouldBeFalse();
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            inside.Release();
            gate.Wait(Deadlines.Deadline).ShouldBeTrue();
            Interlocked.Decrement(ref now);
            return [IPAddress.Loopback];
        });

        var asked = Enumerable.Range(0, 50).Select(i => names.ResolveAsync($"api{i}", AddressFamily.Unspecified, Never)).ToList();
        for (var i = 0; i < SystemNames.ThreadsMax; i++)
        {
            (await inside.WaitAsync(Deadlines.Deadline, TestContext.Current.CancellationToken)).ShouldBeTrue();
        }

        gate.Set();
        (await Task.WhenAll(asked).WithDeadlineAsync()).ShouldAllBe(addresses => addresses.Count == 1);
        most.ShouldBe(SystemNames.ThreadsMax);
    }

    [Fact]
    public async Task Name_that_hangs_is_asked_for_once_and_its_askers_may_leave()
    {
        using var gate = new ManualResetEventSlim();
        using var inside = new SemaphoreSlim(0);
        var count = 0;
        var names = new SystemNames((_, _) =>
        {
            Interlocked.Increment(ref count);
            inside.Release();
            gate.Wait(Deadlines.Deadline).ShouldBeTrue();
            return [IPAddress.Loopback];
        });
        using var leaving = new CancellationTokenSource();

        var left = names.ResolveAsync("api", AddressFamily.Unspecified, leaving.Token);
        var stays = names.ResolveAsync("api", AddressFamily.Unspecified, Never);
        (await inside.WaitAsync(Deadlines.Deadline, TestContext.Current.CancellationToken)).ShouldBeTrue();
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left.WithDeadlineAsync());
        gate.Set();

        (await stays.WithDeadlineAsync()).ShouldBe([IPAddress.Loopback]);
        count.ShouldBe(1);

        // Answered: now it is asked for anew.
        (await names.ResolveAsync("api", AddressFamily.Unspecified, Never).WithDeadlineAsync()).ShouldBe([IPAddress.Loopback]);
        count.ShouldBe(2);
    }

    [Fact]
    public async Task System_knows_localhost() =>
        (await new SystemNames().ResolveAsync("localhost", AddressFamily.InterNetwork, Never).WithDeadlineAsync()).ShouldBe([IPAddress.Loopback]);

    private static void InterlockedMax(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref place, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
