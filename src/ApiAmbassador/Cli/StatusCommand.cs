using System.CommandLine;
using ApiAmbassador.Admin;
using Spectre.Console;

namespace ApiAmbassador.Cli;

/// <summary><c>status</c>: how a running ambassador stands, once or, with <c>--watch</c>, each second until Ctrl+C.</summary>
internal static class StatusCommand
{
    private static readonly TimeSpan Frame = TimeSpan.FromSeconds(1);

    /// <summary>The command.</summary>
    public static Command Create(Option<string?> config)
    {
        var watch = new Option<bool>("--watch") { Description = "Show it anew each second until Ctrl+C" };
        var command = new Command("status", "Show clusters and destinations of a running ambassador\nExample: ApiAmbassador status --watch") { watch };
        var admin = new AdminArguments(config);
        admin.AddTo(command);
        command.SetAction((result, _) => admin.RunAsync(result, client => result.GetValue(watch) ? WatchAsync(client) : ShowAsync(client)));
        return command;
    }

    private static async Task<string?> ShowAsync(AdminClient client)
    {
        var (status, problem) = await client.GetAsync<StatusView>("/api/status", CancellationToken.None);
        if (status is not null)
        {
            Write(status);
        }

        return problem;
    }

    private static async Task<string?> WatchAsync(AdminClient client)
    {
        using var stop = new CancellationTokenSource();
        using var signals = StopSignals.Register(stop);
        using var ticks = new PeriodicTimer(Frame);
        string? problem = null;
        using var screen = IsTerminal ? new StatusScreen(Console.Out) : null;
        try
        {
            while (problem is null)
            {
                (var status, problem) = await client.GetAsync<StatusView>("/api/status", stop.Token);
                if (status is not null)
                {
                    if (screen is not null)
                    {
                        screen.Show(status, Console.WindowWidth, Console.WindowHeight);
                    }
                    else
                    {
                        StatusReport.Write(Console.Out, status);
                    }

                    await ticks.WaitForNextTickAsync(stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how it ends.
        }

        return problem;
    }

    private static bool IsTerminal => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    private static void Write(StatusView status)
    {
        if (IsTerminal)
        {
            AnsiConsole.Profile.Width = Math.Min(AnsiConsole.Profile.Width, StatusReport.Columns);
            StatusReport.Show(AnsiConsole.Console, status);
        }
        else
        {
            StatusReport.Write(Console.Out, status);
        }
    }
}
