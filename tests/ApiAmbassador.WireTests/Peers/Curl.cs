namespace ApiAmbassador.WireTests.Peers;

/// <summary>Runs curl: a client that was not written with our server in mind, and whose exit codes tell one failure from another.</summary>
public static class Curl
{
    /// <summary>
    /// Runs curl with these arguments. It is silent but for errors, and reads neither a configuration file nor a proxy from its surroundings.
    /// </summary>
    /// <exception cref="TimeoutException">It did not end within ten seconds.</exception>
    public static async Task<CurlResult> RunAsync(params string[] arguments)
    {
        await using var process = ExternalProcess.Start(
            Tool.Curl.Require(),
            ["--disable", "--silent", "--show-error", "--noproxy", "*", .. arguments]);
        var exitCode = await process.WaitForEndAsync();
        return new(exitCode, process.Output, process.Error);
    }
}
