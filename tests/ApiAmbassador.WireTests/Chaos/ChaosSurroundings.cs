using ApiAmbassador.WireTests.Ambassador;
using ApiAmbassador.WireTests.Discovery;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>
/// What an ambassador has around it: a route file with the last two instances, a DNS server with the others, a state directory, and a wall clock.
/// </summary>
internal sealed class ChaosSurroundings : IAsyncDisposable
{
    private const string Service = "_api._tcp.chaos", Host = "here.chaos";

    /// <summary>So many instances are found by DNS; the others are in the file.</summary>
    public const int Named = 3;

    private static readonly string[] Policies = ["PeakEwma", "LeastRequests", "WeightedRoundRobin"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("chaos-");
    private readonly ScriptedDns _dns = ScriptedDns.Start();
    private readonly IReadOnlyList<ChaosInstance> _instances;

    public ChaosSurroundings(IReadOnlyList<ChaosInstance> instances)
    {
        _instances = instances;
        Directory.CreateDirectory(StateDirectory);
        File.WriteAllText(ClockFile, "+0");
        _dns.Set(Host, "127.0.0.1");
        Name(_ => true);
        Write();
    }

    public AmbassadorSetup Setup { get; } = new();

    public string StateDirectory => Path.Combine(_directory.FullName, "state");

    public string ClockFile => Path.Combine(_directory.FullName, "clock");

    public string LogFile(int process) => Path.Combine(_directory.FullName, $"log-{process}");

    /// <summary>What the route file wants: the policy, and the weights of its instances, where 0 is one that is not in it.</summary>
    public string Policy { get; private set; } = Policies[^1];

    public int[] Weights { get; } = [1, 1];

    /// <summary>Which instances DNS has.</summary>
    public void Name(Func<int, bool> isThere) =>
        _dns.SetServices(Service, _instances.Take(Named).Where(instance => isThere(instance.Number)).Select(instance => (0, 1, instance.Port, Host)));

    public async Task BreakNamesAsync(Fault fault)
    {
        if (fault == Fault.NamesGone)
        {
            await _dns.StopListeningAsync();
            return;
        }

        _dns.AnswerWith(fault switch
        {
            Fault.NamesSilent => DnsReply.Silence,
            Fault.NamesDeclined => DnsReply.Code(2),
            _ => DnsReply.Garbage,
        });
    }

    public void MendNames(Fault fault)
    {
        _dns.AnswerWith(DnsReply.Zone);
        if (fault == Fault.NamesGone)
        {
            _dns.StartListening();
        }
    }

    /// <summary>Another policy, and other weights for those that are in the file.</summary>
    public void Reweigh(int number)
    {
        Policy = Policies[number % Policies.Length];
        (Weights[0], Weights[1]) = (1 + (number % 5), 1 + (number / 5 % 5));
        Write();
    }

    /// <summary>The file as it was at the beginning.</summary>
    public void Restore()
    {
        (Policy, Weights[0], Weights[1]) = (Policies[^1], 1, 1);
        Write();
    }

    /// <summary>Writes what the route file wants, renamed into place.</summary>
    public void Write() => Write(Text());

    /// <summary>Writes the file with one of several mistakes.</summary>
    public void WriteBad(int number) => Write((number % 4) switch
    {
        0 => Text()[..^40],
        1 => Text().Replace("\"Refresh\"", "\"Refesh\"", StringComparison.Ordinal),
        2 => Text().Replace("\"ClusterId\": \"api\"", "\"ClusterId\": \"apis\"", StringComparison.Ordinal),
        _ => Text().Replace("\"MaxAttempts\": 3", "\"MaxAttempts\": -3", StringComparison.Ordinal),
    });

    /// <summary>The disk of the state directory is full: whoever writes its file writes to <c>/dev/full</c>.</summary>
    public Task FillDiskAsync() => Eventually.SeesAsync(TryFillDisk, isFull => isFull);

    public void EmptyDisk() => File.Delete(Unfinished);

    /// <summary>Sets the wall clock of the ambassador, as libfaketime writes it: <c>+2d</c>.</summary>
    public void SetClock(string offset) => File.WriteAllText(ClockFile, offset);

    public async ValueTask DisposeAsync()
    {
        await _dns.DisposeAsync();
        Setup.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>What is there is being written and gone in a moment, or was left by a process that was killed.</summary>
    private bool TryFillDisk()
    {
        if (File.Exists(Unfinished))
        {
            if (File.GetLastWriteTimeUtc(Unfinished) < DateTime.UtcNow.AddSeconds(-2))
            {
                File.Delete(Unfinished);
            }

            return false;
        }

        try
        {
            File.CreateSymbolicLink(Unfinished, "/dev/full");
            return true;
        }
        catch (IOException) when (File.Exists(Unfinished))
        {
            return false; // Its writer came between.
        }
    }

    private string Unfinished => Path.Combine(StateDirectory, "discovery.json.new");

    private void Write(string text)
    {
        var temporary = Path.Combine(_directory.FullName, "routes.new");
        File.WriteAllText(temporary, text);
        File.Move(temporary, Path.Combine(Setup.ConfigDirectory, "routes.json"), overwrite: true);
    }

    private string Text()
    {
        var destinations = Enumerable.Range(0, Weights.Length).Where(i => Weights[i] > 0).Select(i =>
            $$"""        "{{_instances[Named + i].Name}}": { "Address": "{{_instances[Named + i].Address}}", "Weight": {{Weights[i]}} }""");
        return $$"""
            {
              "ReverseProxy": {
                "Routes": {
                  "api": {
                    "ClusterId": "api", "Match": { "Path": "{**any}" },
                    "Retry": { "MaxAttempts": 3, "PerAttemptTimeout": "{{ChaosModel.PerAttempt}}", "TotalTimeout": "{{ChaosModel.Total}}" }
                  }
                },
                "Clusters": {
                  "api": {
                    "LoadBalancingPolicy": "{{Policy}}",
                    "Destinations": {
            {{string.Join(",\n", destinations)}}
                    },
                    "Discovery": { "DnsSrv": { "Name": "{{Service}}", "Server": "{{_dns.Server}}", "Refresh": "00:00:00.500" } },
                    "CircuitBreaker": { "BreakDuration": "00:00:01", "BreakDurationMax": "00:00:02" },
                    "Outlier": { "BaseEjection": "00:00:01", "Interval": "00:00:01" }
                  }
                }
              }
            }
            """;
    }
}
