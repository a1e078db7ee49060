using System.CommandLine;

namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The program that <see cref="BarePeer"/> starts: what a YARP user would write.</summary>
internal static class BareYarp
{
    public const string CommandName = "bare-yarp";

    public static Command CreateCommand()
    {
        var config = new Option<FileInfo>("--config") { Required = true };
        var command = new Command(CommandName, "The bare YARP that side-by-side measures against.") { config };
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(result.GetRequiredValue(config), cancellation));
        return command;
    }

    private static async Task RunAsync(FileInfo config, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddJsonFile(config.FullName);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));

        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync(cancellation);
    }
}
