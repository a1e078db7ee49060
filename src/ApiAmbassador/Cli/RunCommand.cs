using System.CommandLine;
using System.Runtime.InteropServices;
using ApiAmbassador.Configuration;
using ApiAmbassador.Hosting;

namespace ApiAmbassador.Cli;

/// <summary><c>run</c>: serves until SIGTERM or SIGINT, drains, and exits with 0; with 1 and every error where the configuration is not good.</summary>
internal static class RunCommand
{
    /// <summary>The command; it is what the program does without one.</summary>
    public static Command Create(Option<string?> config)
    {
        var command = new Command("run", "Serve until SIGTERM or Ctrl+C, then drain and exit (the default command)\nExample: ApiAmbassador run --config ./config") { config };
        command.SetAction((result, _) => RunAsync(result.GetValue(config)));
        return command;
    }

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string? configDirectory)
    {
        using var stop = new CancellationTokenSource();
        using var hurry = new CancellationTokenSource();

        // SIGTERM drains with the delay, SIGINT without; a second signal of either kind ends the delay.
        void OnSignal(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (signal.Signal == PosixSignal.SIGINT || stop.IsCancellationRequested)
            {
                hurry.Cancel();
            }

            stop.Cancel();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);

        var (host, errors) = await AmbassadorHost.StartAsync(ConfigSources.OfProcess(configDirectory));
        if (host is null)
        {
            ErrorReport.Write(Console.Error, errors);
            return 1;
        }

        await using (host)
        {
            SystemdNotifier.Ready();

            // An operator's shutdown is the same as a SIGTERM, so that a signal after it is the second.
            await using var asked = host.StopRequested.Register(stop.Cancel);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SystemdNotifier.Stopping();
            await host.StopAsync(hurry.Token);
        }

        return 0;
    }
}
