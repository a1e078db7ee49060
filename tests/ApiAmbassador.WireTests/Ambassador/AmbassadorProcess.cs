using System.Text.RegularExpressions;
using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The program as users start it: a process of its own, with its exit code, its output and its signals.</summary>
public static partial class AmbassadorProcess
{
    /// <summary>Starts a command.</summary>
    public static ExternalProcess Start(AmbassadorSetup setup, params string[] arguments) =>
        ExternalProcess.Start(
            "dotnet",
            setup.Variables,
            ["exec", typeof(AmbassadorHost).Assembly.Location, .. arguments, "--config", setup.ConfigDirectory]);

    /// <summary>Waits until <c>run</c> says where it listens: the data address, then the admin's.</summary>
    public static async Task<(Uri Data, Uri Admin)> WaitForAddressesAsync(ExternalProcess process)
    {
        await process.WaitForTextAsync("probes and admin on ", within: TimeSpan.FromSeconds(30));
        return Addresses(process.Output);
    }

    /// <summary>The same addresses, from what it has written.</summary>
    public static (Uri Data, Uri Admin) Addresses(string output)
    {
        var match = Listening().Match(output);
        return (new Uri(match.Groups["data"].Value), new Uri(match.Groups["admin"].Value));
    }

    [GeneratedRegex(@"Listening on (?<data>\S+); probes and admin on (?<admin>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
