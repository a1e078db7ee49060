namespace ApiAmbassador.WireTests.Peers;

/// <summary>Runs wrk: many requests over keep-alive connections, and a count of what went wrong.</summary>
public static class Wrk
{
    /// <summary>Loads an address for some whole seconds, on one thread.</summary>
    /// <exception cref="TimeoutException">It did not end ten seconds after it should have.</exception>
    public static async Task<WrkResult> RunAsync(Uri address, int seconds, int connections, params string[] arguments)
    {
        await using var process = ExternalProcess.Start(
            Tool.Wrk.Require(),
            ["--threads", "1", "--duration", $"{seconds}s", "--connections", $"{connections}", .. arguments, address.AbsoluteUri]);
        var exitCode = await process.WaitForEndAsync(TimeSpan.FromSeconds(seconds) + Eventually.DefaultDeadline);
        return exitCode == 0 ? WrkResult.Parse(process.Output) : throw new InvalidOperationException($"wrk ended with {exitCode}. {process}");
    }
}
