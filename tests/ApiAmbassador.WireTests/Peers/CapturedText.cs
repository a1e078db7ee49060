using System.Text;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>What a process has written to one of its streams: the beginning, up to a bound, and how much more there was.</summary>
internal sealed class CapturedText(ChangeSignal changed)
{
    private const int MaxLength = 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private long _dropped;

    /// <summary>Reads the stream to its end, so that the process is never blocked by a full pipe.</summary>
    public async Task ReadAsync(TextReader reader)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var count && count > 0)
        {
            lock (_lock)
            {
                var kept = Math.Min(count, MaxLength - _text.Length);
                _text.Append(buffer, 0, kept);
                _dropped += count - kept;
            }

            changed.Raise();
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return _dropped == 0 ? _text.ToString() : $"{_text}… and {_dropped} more characters";
        }
    }
}
