using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApiAmbassador.Observability;

/// <summary>
/// Writes lines of the access log one after the other. What a caller sent stands in them and may be hostile: nothing gets out of its field, nor
/// a line out of its line. Used by one thread.
/// </summary>
internal sealed class AccessLineWriter : IDisposable
{
    // The relaxed encoder leaves & and + as they are; control characters, quotes and backslashes it does escape, and no browser reads a log.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~…");

    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly StringBuilder _text = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Empty.</summary>
    public AccessLineWriter() => _json = new Utf8JsonWriter(_buffer, JsonOptions);

    /// <summary>What was written since <see cref="Clear"/>: whole lines.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>Forgets what was written.</summary>
    public void Clear() => _buffer.ResetWrittenCount();

    /// <summary>A JSON object; what there is not is left out.</summary>
    public void WriteJson(in AccessLine line)
    {
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("log"u8, "access"u8);
        _json.WriteString("time"u8, Time(line.At));
        Text("client"u8, Address(line));
        Text("method"u8, line.Method);
        Text("path"u8, line.Query is null ? line.Path : line.Path + line.Query);
        Text("protocol"u8, line.Protocol);
        Text("host"u8, line.Host);
        _json.WriteNumber("status"u8, line.Status);
        _json.WriteNumber("bytes_in"u8, line.BytesIn);
        _json.WriteNumber("bytes_out"u8, line.BytesOut);
        _json.WriteNumber("total_ms"u8, Milliseconds(line.Total));
        if (line.Upstream is { } upstream)
        {
            _json.WriteNumber("upstream_ms"u8, Milliseconds(upstream));
        }

        Text("route"u8, line.Route);
        Text("cluster"u8, line.Cluster);
        Text("destination"u8, line.Destination);
        _json.WriteNumber("attempts"u8, line.Attempts);
        Text("reason"u8, line.Reason);
        Text("phase"u8, line.Phase is { } phase ? FailureResponse.Word(phase) : null);
        Text("trace"u8, line.Trace?.ToHexString());
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
    }

    /// <summary>Words: what every request has in a fixed order, then <c>name=value</c>; what there is not is left out.</summary>
    public void WriteText(in AccessLine line)
    {
        _text.Clear().Append(Time(line.At)).Append(" access:");
        Word(Address(line) ?? "-");
        Word(line.Method);
        Word(line.Query is null ? line.Path : line.Path + line.Query);
        Word(line.Protocol);
        _text.Append(' ').Append(line.Status).Append(' ').Append(Milliseconds(line.Total)).Append(" ms");
        Named("host", line.Host);
        _text.Append(" in=").Append(line.BytesIn).Append(" out=").Append(line.BytesOut);
        if (line.Upstream is { } upstream)
        {
            _text.Append(" upstream_ms=").Append(Milliseconds(upstream));
        }

        Named("route", line.Route);
        Named("cluster", line.Cluster);
        Named("destination", line.Destination);
        _text.Append(" attempts=").Append(line.Attempts);
        Named("reason", line.Reason);
        Named("phase", line.Phase is { } phase ? FailureResponse.Word(phase) : null);
        Named("trace", line.Trace?.ToHexString());
        _text.Append('\n');
        foreach (var chunk in _text.GetChunks())
        {
            Encoding.UTF8.GetBytes(chunk.Span, _buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");

    private static string? Address(in AccessLine line) => line.Client is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4().ToString() : line.Client?.ToString();

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }

    private void Named(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(' ').Append(name).Append('=');
            Value(value);
        }
    }

    private void Word(string value)
    {
        _text.Append(' ');
        Value(value);
    }

    /// <summary>As it is where that is one word; else quoted as in JSON, with everything beyond ASCII escaped.</summary>
    private void Value(string value)
    {
        if (value.Length > 0 && !value.AsSpan().ContainsAnyExcept(Plain))
        {
            _text.Append(value);
            return;
        }

        _text.Append('"');
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '"' or '\\' => _text.Append('\\').Append(letter),
                >= ' ' and <= '~' => _text.Append(letter),
                _ => _text.Append("\\u").Append(((int)letter).ToString("x4")),
            };
        }

        _text.Append('"');
    }
}
