namespace ApiAmbassador.WireTests.Peers;

/// <summary>Runs h2load: many requests over few HTTP/2 connections, many streams at once.</summary>
public static class H2Load
{
    /// <summary>Sends so many requests and gives what h2load says came of them.</summary>
    /// <exception cref="TimeoutException">It did not end within ten seconds.</exception>
    public static async Task<string> RunAsync(Uri address, int requests, int connections, int streams, params string[] arguments)
    {
        await using var process = ExternalProcess.Start(
            Tool.H2Load.Require(),
            ["--requests", $"{requests}", "--clients", $"{connections}", "--max-concurrent-streams", $"{streams}", .. arguments, address.AbsoluteUri]);
        var exitCode = await process.WaitForEndAsync();
        return exitCode == 0 ? process.Output : throw new InvalidOperationException($"h2load ended with {exitCode}. {process}");
    }
}
