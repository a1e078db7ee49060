using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ApiAmbassador.Benchmarks.Peers;
using ApiAmbassador.Hosting;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Benchmarks.SideBySide;

/// <summary>What a figure belongs to: when, on what, of which versions, by which command.</summary>
internal static partial class Surroundings
{
#if DEBUG
    private const string Build = "Debug: NOT FIGURES TO QUOTE";
#else
    private const string Build = "Release";
#endif

    /// <summary>One fact a line.</summary>
    public static IReadOnlyList<string> Describe() =>
    [
        $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {Environment.ProcessorCount} × {CpuModel()}, {Megabytes():F0} MB",
        $"{RuntimeInformation.OSDescription}, kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}, {RuntimeInformation.FrameworkDescription}, {Build} build",
        $"ambassador {VersionOf(typeof(AmbassadorHost))}, YARP {VersionOf(typeof(RouteConfig))}, HAProxy {VersionOf(HAProxyPeer.Tool, "-v")}, "
            + $"NGINX {VersionOf(Nginx.Tool, "-v")}, wrk {VersionOf(WrkLoad.Tool, "-v")}, h2load {VersionOf(H2Load.Tool, "--version")}",
        $"dotnet run -c Release --project tests/ApiAmbassador.Benchmarks -- {string.Join(' ', Environment.GetCommandLineArgs()[1..])}",
    ];

    private static string CpuModel() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static double Megabytes() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024);

    private static string VersionOf(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string VersionOf(ExternalTool tool, string option)
    {
        if (tool.Missing is not null)
        {
            return "–";
        }

        using var process = Process.Start(new ProcessStartInfo(tool.Path, option) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return Version().Match(said).Value;
    }

    [GeneratedRegex(@"\d+\.\d\S*", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Version();
}
