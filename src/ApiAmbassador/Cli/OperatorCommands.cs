using System.CommandLine;
using System.Globalization;
using ApiAmbassador.Admin;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Cli;

/// <summary><c>drain</c>, <c>undrain</c> and <c>weight</c>: an operator's word on a destination of a running ambassador.</summary>
internal static class OperatorCommands
{
    /// <summary><c>drain CLUSTER/DESTINATION</c></summary>
    public static Command Drain(Option<string?> config) => Create(
        "drain", "Give a destination no new request; it finishes what it has\nExample: ApiAmbassador drain api/one", config, weight: null);

    /// <summary><c>undrain CLUSTER/DESTINATION</c></summary>
    public static Command Undrain(Option<string?> config) => Create(
        "undrain", "Take drain back\nExample: ApiAmbassador undrain api/one", config, weight: null);

    /// <summary><c>weight CLUSTER/DESTINATION N|reset</c></summary>
    public static Command Weight(Option<string?> config)
    {
        var weight = new Argument<string>("WEIGHT") { Description = $"0 to {DestinationOptions.WeightMax}, or reset for the configured one" };
        weight.Validators.Add(result =>
        {
            if (!TryReadWeight(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError($"WEIGHT takes 0 to {DestinationOptions.WeightMax}, or reset.");
            }
        });
        return Create("weight", "Set a destination's weight\nExample: ApiAmbassador weight api/one 3", config, weight);
    }

    private static Command Create(string verb, string description, Option<string?> config, Argument<string>? weight)
    {
        var target = new Argument<string>("CLUSTER/DESTINATION") { Description = "As status shows them" };
        target.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>().Split('/', 2) is not [{ Length: > 0 }, { Length: > 0 }])
            {
                result.AddError("Write CLUSTER/DESTINATION, as api/one.");
            }
        });
        var command = new Command(verb, description) { target };
        if (weight is not null)
        {
            command.Arguments.Add(weight);
        }

        var admin = new AdminArguments(config);
        admin.AddTo(command);
        command.SetAction((result, cancellation) => admin.RunAsync(result, client => SayAsync(
            client, verb, result.GetRequiredValue(target), weight is null ? null : result.GetRequiredValue(weight), cancellation)));
        return command;
    }

    private static async Task<string?> SayAsync(AdminClient client, string verb, string target, string? weight, CancellationToken cancellation)
    {
        // An id may have slashes, as http://10.0.0.1:8080; a cluster's has none.
        var ids = target.Split('/', 2);
        object body = weight is not null && TryReadWeight(weight, out var number) ? new { weight = number } : new { };
        var (answer, problem) = await client.PostAsync<WordView>(
            $"/api/clusters/{Uri.EscapeDataString(ids[0])}/destinations/{Uri.EscapeDataString(ids[1])}/{verb}", body, cancellation);
        if (answer is null)
        {
            return problem;
        }

        Console.WriteLine($"{answer.Cluster}/{answer.Destination}: {(answer.Drained ? "drained" : $"weight {answer.Weight}")}");
        if (answer.Warning is { } warning)
        {
            await Console.Error.WriteLineAsync($"Warning: {warning}.");
        }

        return null;
    }

    private static bool TryReadWeight(string text, out int? weight)
    {
        weight = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= DestinationOptions.WeightMax ? number : null;
        return weight is not null || text.Equals("reset", StringComparison.OrdinalIgnoreCase);
    }
}
