namespace ApiAmbassador.Tests.Support;

/// <summary>What should come at once and is awaited all the same: a test that fails here says so instead of hanging.</summary>
internal static class Deadlines
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public static Task WithDeadlineAsync(this Task task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);

    public static Task<T> WithDeadlineAsync<T>(this Task<T> task) => task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
}
