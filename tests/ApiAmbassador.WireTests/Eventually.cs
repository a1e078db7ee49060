using System.Runtime.CompilerServices;

namespace ApiAmbassador.WireTests;

/// <summary>
/// Waits for something that announces no change, by looking again and again. It is the only place in the tests where time is let pass;
/// whatever can announce its changes uses <see cref="ChangeSignal"/> instead.
/// </summary>
public static class Eventually
{
    /// <summary>Long enough for a busy machine, short enough that a broken test does not hold up the rest.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Observes until the value satisfies the condition, and returns that value.</summary>
    /// <exception cref="TimeoutException">The deadline passed; the message shows the last observed value.</exception>
    public static async Task<T> SeesAsync<T>(
        Func<CancellationToken, Task<T>> observe,
        Func<T, bool> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        var limit = within ?? DefaultDeadline;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(limit);
        object? last = "nothing, because no observation came to an end";
        try
        {
            while (true)
            {
                var value = await observe(deadline.Token);
                if (condition(value))
                {
                    return value;
                }

                last = value;
                await Task.Delay(Interval, deadline.Token);
            }
        }
        catch (OperationCanceledException exception) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"`{expression}` did not come true within {limit.TotalSeconds:0.###} s; last seen: {last ?? "null"}",
                exception);
        }
    }

    /// <inheritdoc cref="SeesAsync{T}(Func{CancellationToken, Task{T}}, Func{T, bool}, TimeSpan?, string?)"/>
    public static Task<T> SeesAsync<T>(
        Func<T> observe,
        Func<T, bool> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string? expression = null) =>
        SeesAsync(_ => Task.FromResult(observe()), condition, within, expression);
}
