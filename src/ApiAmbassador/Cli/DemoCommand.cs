using System.CommandLine;
using ApiAmbassador.Demo;
using Spectre.Console;

namespace ApiAmbassador.Cli;

/// <summary><c>demo</c>: everything in one process, to look at; exits with 0 when its client saw no failure.</summary>
internal static class DemoCommand
{
    private const int SecondsMax = 86_400;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var seconds = new Option<int?>("--seconds") { Description = "End after so many seconds (default: at Ctrl+C)", HelpName = "N" };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > SecondsMax)
            {
                result.AddError($"--seconds takes 1 to {SecondsMax}.");
            }
        });
        var port = new Option<int>("--port") { Description = "The ambassador's port on 127.0.0.1 (default: a free one)", HelpName = "P" };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535)
            {
                result.AddError("--port takes 0 to 65535.");
            }
        });

        var command = new Command("demo", "Three sample instances, an ambassador and a client, to watch it cope\nExample: ApiAmbassador demo --seconds 30") { seconds, port };
        command.SetAction((result, cancellation) => RunAsync(result.GetValue(seconds), result.GetValue(port), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int? seconds, int port, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = StopSignals.Register(end);
        TimeSpan? length = seconds is { } limit ? TimeSpan.FromSeconds(limit) : null;

        // A whole story in ten beats, where it has an end; at leisure where it has none.
        var beat = TimeSpan.FromSeconds(Math.Clamp((seconds ?? 20) / 10.0, 0.5, 2));
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        var isLive = !Console.IsOutputRedirected && console.Profile.Capabilities.Ansi;
        console.Profile.Width = isLive ? Math.Min(console.Profile.Width, DemoScreen.Columns) : int.MaxValue;

        var (errors, isGood) = await new DemoRun(console, isLive, TimeProvider.System).RunAsync(port, length, beat, end.Token);
        if (errors.Count > 0)
        {
            ErrorReport.Write(Console.Error, errors);
        }

        return isGood ? 0 : 1;
    }
}
