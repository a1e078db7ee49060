using System.Text.Json.Nodes;

namespace ApiAmbassador.WireTests.Chaos;

/// <summary>How each step of a plan is done.</summary>
internal sealed partial class ChaosRun
{
    private async Task PlayInstanceAsync(ChaosInstance instance, FaultStep step)
    {
        var spell = History.Begin($"{step.Fault} {instance.Name}", step.Fault, instance.Number, ChaosInstance.HarmOf(step.Fault));
        var end = step.Fault == Fault.Kill ? History.Begin($"connections of {instance.Name} are reset", null, instance.Number, Harm.Burns) : null;
        await instance.BeginAsync(step.Fault);
        if (end is not null)
        {
            History.End(end);
        }

        await HoldAsync(step);
        instance.End(step.Fault);
        History.End(spell);
    }

    private async Task PlayNamesAsync(FaultStep step)
    {
        if (step.Fault is Fault.Leave or Fault.LeaveAll)
        {
            var leaving = Enumerable.Range(0, ChaosSurroundings.Named).Where(number => step.Fault == Fault.LeaveAll || number == step.Number % ChaosSurroundings.Named).ToArray();
            var spells = leaving.Select(number => History.Begin($"{step.Fault} {ChaosInstance.NameOf(number)}", step.Fault, number, Harm.Unsettles)).ToArray();
            _around.Name(number => !leaving.Contains(number));
            await HoldAsync(step);
            _around.Name(_ => true);
            Array.ForEach(spells, History.End);
            return;
        }

        _namesBroken = History.Begin($"{step.Fault}", step.Fault);
        await _around.BreakNamesAsync(step.Fault);
        await HoldAsync(step);
        _around.MendNames(step.Fault);
        History.End(_namesBroken);
        _namesBroken = null;
        lock (_unknown)
        {
            _unknown.ForEach(History.End);
            _unknown.Clear();
        }
    }

    private async Task PlayFilesAsync(FaultStep step)
    {
        switch (step.Fault)
        {
            case Fault.Restart or Fault.RestartWithoutLog:
                await RestartAsync(step.Fault == Fault.Restart ? _around.LogFile(++_started) : ChaosAmbassador.NoDisk);
                return;
            case Fault.Reweigh:
                _around.Reweigh(step.Number);
                History.Note($"the file has {_around.Policy} and weights {string.Join(' ', _around.Weights)}");
                await SeesConfigurationAsync();
                return;
            case Fault.Remove:
                await RemoveAsync(step);
                return;
            default:
                await RefuseAsync(step);
                return;
        }
    }

    private async Task RemoveAsync(FaultStep step)
    {
        var index = step.Number % _around.Weights.Length;
        var number = ChaosSurroundings.Named + index;
        var spell = History.Begin($"the file loses {ChaosInstance.NameOf(number)}", step.Fault, number, Harm.Unsettles);
        var weight = _around.Weights[index];
        _around.Weights[index] = 0;
        _around.Write();
        await SeesConfigurationAsync();
        await HoldAsync(step);
        _around.Weights[index] = weight;
        _around.Write();
        await SeesConfigurationAsync();
        History.End(spell);
    }

    /// <summary>A file with a mistake is refused whole and told; what was in force stays, until there is a good one.</summary>
    private async Task RefuseAsync(FaultStep step)
    {
        var spell = History.Begin("the file is bad", step.Fault);
        _around.WriteBad(step.Number);
        await SeesStatusAsync("the bad file refused", status => status["lastRefused"] is not null);
        await HoldAsync(step);
        await SeesConfigurationAsync();
        _around.Write();
        await SeesStatusAsync("the good file taken", status => status["lastRefused"] is null);
        History.End(spell);
    }

    private async Task PlayMachineAsync(FaultStep step)
    {
        var spell = History.Begin($"{step.Fault}", step.Fault);
        switch (step.Fault)
        {
            case Fault.DiskFull:
                await _around.FillDiskAsync();
                await HoldAsync(step);
                _around.EmptyDisk();
                break;
            default:
                _around.SetClock(step.Fault == Fault.ClockAhead ? $"+{1 + (step.Number % 40)}d" : $"-{1 + (step.Number % 20)}h");
                await HoldAsync(step);
                _around.SetClock("+0");
                break;
        }

        History.End(spell);
    }

    /// <summary>
    /// Another ambassador is started, the old one told to end, and its clients leave it while it still takes requests. It has to answer all it has, and
    /// end with 0.
    /// </summary>
    private async Task RestartAsync(string log)
    {
        var old = Ambassador;
        var spell = History.Begin(log == ChaosAmbassador.NoDisk ? "restart, with nowhere to write a log" : "restart");
        SayWhoIsUnknown();
        var next = await StartAsync(log);
        Told += await old.ToldAsync();
        old.Terminate();
        await History.WaitUntilAsync(History.Now + TimeSpan.FromMilliseconds(500), _cancellation);
        _ambassador = next;
        Load.Target = next.Address;
        History.End(spell);
        await using (old)
        {
            Check(await old.WaitForEndAsync() == 0, "the old ambassador did not end with 0");
        }
    }

    private Task<ChaosAmbassador> StartAsync(string log) => ChaosAmbassador.StartAsync(_around, log);

    /// <summary>While DNS is broken, a new process knows what the old one has written: unless it could not write.</summary>
    private void SayWhoIsUnknown()
    {
        if (_namesBroken is not { } broken
            || !History.Spells.Any(spell => spell.Fault == Fault.DiskFull && spell.Touches(broken.Begin - ChaosModel.Settling, History.Now)))
        {
            return;
        }

        lock (_unknown)
        {
            _unknown.AddRange(Enumerable.Range(0, ChaosSurroundings.Named).Select(number =>
                History.Begin($"{ChaosInstance.NameOf(number)} may be unknown to the new process", null, number, Harm.Unsettles)));
        }
    }

    /// <summary>What the file wants is in force, and nothing else of it.</summary>
    private Task SeesConfigurationAsync() => SeesAsync("the file in force", cluster =>
        (string?)cluster["policy"] == _around.Policy
        && Enumerable.Range(0, _around.Weights.Length).All(i =>
            ((int?)cluster["destinations"]!.AsArray().SingleOrDefault(one => (string?)one!["id"] == ChaosInstance.NameOf(ChaosSurroundings.Named + i))?["configuredWeight"] ?? 0)
            == _around.Weights[i]));

    private Task SeesAsync(string what, Func<JsonNode, bool> isSo) => SeesStatusAsync(what, status => isSo(status["clusters"]![0]!));

    private async Task SeesStatusAsync(string what, Func<JsonNode, bool> isSo)
    {
        try
        {
            await Eventually.SeesAsync(_ => Ambassador.StatusAsync(), isSo, expression: what);
        }
        catch (TimeoutException e)
        {
            Check(isSo: false, e.Message);
        }
    }
}
