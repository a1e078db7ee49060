using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Cli;

/// <summary><c>--version</c>: the version, the commit it was built from, and the runtime it runs on.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var commit = BuildVersion.Commit.Length > 0 ? $"commit {BuildVersion.Commit}, " : "";
        parseResult.InvocationConfiguration.Output.WriteLine($"ApiAmbassador {BuildVersion.Version} ({commit}{RuntimeInformation.FrameworkDescription})");
        return 0;
    }
}
