using System.Text;
using System.Text.Json;
using ApiAmbassador.Observability;

namespace ApiAmbassador.WireTests.Observability;

/// <summary>Takes the access log in the place of standard output, and can refuse or hold up what is written.</summary>
internal sealed class AccessLines : ILineOutput
{
    private readonly ChangeSignal _changed = new();
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private volatile string[] _lines = [];

    /// <summary>While it is closed nothing is taken, as with a pipe that is full.</summary>
    public ManualResetEventSlim Door { get; } = new(initialState: true);

    /// <summary>Whether the reader has gone.</summary>
    public bool IsBroken { get; set; }

    public IReadOnlyList<string> Lines => _lines;

    public void Write(ReadOnlySpan<byte> lines)
    {
        var text = Encoding.UTF8.GetString(lines);
        Door.Wait();
        if (IsBroken)
        {
            throw new IOException("Broken pipe");
        }

        lock (_lock)
        {
            text.ShouldEndWith("\n");
            _lines = _text.Append(text).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        _changed.Raise();
    }

    /// <summary>The first line with this in it.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        await _changed.WaitUntilAsync(
            () => _lines.Any(line => line.Contains(text, StringComparison.Ordinal)),
            () => $"No line with {text} among:\n{string.Join('\n', _lines)}",
            Eventually.DefaultDeadline);
        return _lines.First(line => line.Contains(text, StringComparison.Ordinal));
    }

    /// <summary>The first line with this in it, as an object: what it says by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> WaitForObjectAsync(string text) =>
        JsonDocument.Parse(await WaitForAsync(text)).RootElement.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.ToString());
}
