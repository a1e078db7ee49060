namespace ApiAmbassador.Tests.Support;

/// <summary>Asynchronous work that several do at once. They take turns where they await, even where there is one processor.</summary>
internal static class Workers
{
    /// <summary>Runs the work in each worker, which is told its number from 0. Who waits for ever fails the test.</summary>
    public static Task RunAsync(int workers, Func<int, Task> work) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(number => Task.Run(() => work(number)))).WithDeadlineAsync();
}
