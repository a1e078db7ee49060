using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ApiAmbassador.Cli;

/// <summary><c>--version</c>: the version, the commit it was built from, and the runtime it runs on.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var parts = (Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+');
        var commit = parts.Length > 1 ? $"commit {parts[1][..Math.Min(12, parts[1].Length)]}, " : "";
        parseResult.InvocationConfiguration.Output.WriteLine($"ApiAmbassador {parts[0]} ({commit}{RuntimeInformation.FrameworkDescription})");
        return 0;
    }
}
