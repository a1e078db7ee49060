using System.Diagnostics.CodeAnalysis;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>A program that tests use if it is installed. The one place that decides what happens to a test when it is not.</summary>
/// <param name="Name">The file name of the program.</param>
/// <param name="Package">The Debian package that brings it.</param>
public sealed record Tool(string Name, string Package)
{
    /// <summary>Set to 1 where everything is known to be installed, such as on a build server: a missing tool then fails the test.</summary>
    public const string SkipNothingVariable = "AMBASSADOR_TESTS_SKIP_NOTHING";

    public static readonly Tool Curl = new("curl", "curl");

    public static readonly Tool Nginx = new("nginx", "nginx-light");

    public static readonly Tool Wrk = new("wrk", "wrk");

    public static readonly Tool H2Load = new("h2load", "nghttp2-client");

    public static readonly Tool Named = new("named", "bind9");

    public static readonly Tool NsUpdate = new("nsupdate", "bind9-dnsutils");

    public static readonly Tool Prometheus = new("prometheus", "prometheus");

    public static readonly Tool PromTool = new("promtool", "prometheus");

    public static readonly Tool Node = new("node", "nodejs");

    public static readonly Tool Npm = new("npm", "npm");

    public static readonly Tool Chromium = new("chromium", "chromium");

    public static readonly Tool SystemdAnalyze = new("systemd-analyze", "systemd");

    public static readonly Tool FakeTime = new("faketime", "faketime");

    /// <summary>The full path of the program; if there is none, the calling test is skipped or failed.</summary>
    public string Require() => Require(Environment.GetEnvironmentVariable(SkipNothingVariable) is "1");

    internal string Require(bool skipNothing)
    {
        var path = Find();
        if (path is null)
        {
            Missing($"{Name} is not installed: apt-get install {Package}", skipNothing);
        }

        return path;
    }

    /// <summary>Skips the calling test because something that it needs cannot be had, or fails it where everything is known to be there.</summary>
    [DoesNotReturn]
    public static void Missing(string message) => Missing(message, Environment.GetEnvironmentVariable(SkipNothingVariable) is "1");

    [DoesNotReturn]
    private static void Missing(string message, bool skipNothing)
    {
        Assert.SkipUnless(skipNothing, message);
        Assert.Fail(message);
    }

    // Servers live in /usr/sbin, which is not on the PATH of an ordinary user.
    private string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append("/usr/sbin")
        .Select(directory => Path.Combine(directory, Name))
        .FirstOrDefault(File.Exists);
}
