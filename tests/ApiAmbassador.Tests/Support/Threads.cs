namespace ApiAmbassador.Tests.Support;

/// <summary>Threads of their own with a common start, so that they meet even where there are few processors.</summary>
internal static class Threads
{
    /// <summary>Runs the work on each thread, which is told its number from 0; what one throws fails the test.</summary>
    public static void Run(int threads, Action<int> work)
    {
        var failures = new List<Exception>();
        using var start = new Barrier(threads);
        var running = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                work(number);
            }
            catch (Exception exception)
            {
                lock (failures)
                {
                    failures.Add(exception);
                }
            }
        })).ToArray();
        Array.ForEach(running, thread => thread.Start());
        Array.ForEach(running, thread => thread.Join());
        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }
}
