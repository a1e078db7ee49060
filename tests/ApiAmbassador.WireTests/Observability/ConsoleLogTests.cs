using System.Text.Json;
using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Clients;
using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>The log on the console: a line an entry, for people or for programs.</summary>
public class ConsoleLogTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Json_onDemand_isAnObjectALine()
    {
        var lines = await RunAsync(("Logging__Console__FormatterName", "json"));

        var entries = lines.Select(line => JsonDocument.Parse(line).RootElement).ToLookup(entry => entry.TryGetProperty("Message", out _));
        entries[false].ShouldHaveSingleItem().GetProperty("reason").GetString().ShouldBe("upstream_reset", "the access log follows the console's format");
        var failed = entries[true].Single(entry => entry.GetProperty("Message").GetString()!.StartsWith("GET / failed", StringComparison.Ordinal));
        failed.GetProperty("LogLevel").GetString().ShouldBe("Warning");
        failed.GetProperty("State").GetProperty("Reason").GetString().ShouldBe("upstream_reset");
    }

    [Fact]
    public async Task Text_byDefault_isALineAnEntryThatBeginsWithItsTime()
    {
        var lines = await RunAsync();

        var entries = lines.ToLookup(line => line.Split(' ')[1] == "access:");
        entries[true].ShouldHaveSingleItem().ShouldContain(" GET / HTTP/1.1 502 ");
        entries[false].Select(line => DateTimeOffset.Parse(line.Split(' ')[0])).ShouldBeInOrder();
        lines.Count(line => line.Contains("GET / failed: upstream_reset", StringComparison.Ordinal)).ShouldBe(1);
    }

    /// <summary>Starts, fails a request, stops; what it wrote.</summary>
    private static async Task<string[]> RunAsync(params (string Name, string Value)[] variables)
    {
        await using var one = ScriptedDestination.Start("one", Reply.Reset());
        using var setup = new AmbassadorSetup().With("AMBASSADOR_DESTINATIONS", $"{one.Address}");
        foreach (var (name, value) in variables)
        {
            setup.With(name, value);
        }

        await using var process = AmbassadorProcess.Start(setup, "run");
        var (data, _) = await AmbassadorProcess.WaitForAddressesAsync(process);
        using var client = PlainClient.Create(data);
        using (await client.GetAsync("/", TestContext.Current.CancellationToken))
        {
            process.Signal(Terminate);
        }

        (await process.WaitForEndAsync()).ShouldBe(0, process.ToString());
        process.Error.ShouldBeEmpty();
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
