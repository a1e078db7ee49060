namespace ApiAmbassador.Tests.Support;

/// <summary>What should come at once and is awaited all the same: a test that fails here says so instead of hanging.</summary>
internal static class Deadlines
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static Task WithDeadlineAsync(this Task task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

    public static Task<T> WithDeadlineAsync<T>(this Task<T> task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

    /// <summary>Waits for the others at a barrier, who may have failed on their way.</summary>
    public static void Meet(this Barrier barrier) => barrier.SignalAndWait(Deadline, TestContext.Current.CancellationToken).ShouldBeTrue("somebody did not come");
}
