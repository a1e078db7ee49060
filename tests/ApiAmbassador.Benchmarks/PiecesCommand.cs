using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace ApiAmbassador.Benchmarks;

/// <summary>Runs the BenchmarkDotNet classes of this assembly; whatever follows <c>pieces</c> is BenchmarkDotNet's own command line.</summary>
internal static class PiecesCommand
{
    public static Command Create()
    {
        var command = new Command("pieces", "Micro benchmarks of single parts, e.g. pieces --filter '*Ewma*'.") { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(result =>
        {
            // In process: the default toolchain generates a project of its own, which knows nothing of our Directory.Build.props
            // and so cannot restore what that file arranges for.
            var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
            BenchmarkSwitcher.FromAssembly(typeof(PiecesCommand).Assembly).Run([.. result.UnmatchedTokens], config);
        });
        return command;
    }
}
