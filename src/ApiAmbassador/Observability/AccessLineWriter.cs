using System.Buffers;
using System.Net;
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
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Bytes that no number, time or address is longer than.</summary>
    private const int FormattedMax = 128;

    // The relaxed encoder leaves & and + as they are; control characters, quotes and backslashes it does escape, and no browser reads a log.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~…");

    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
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
        Text("time"u8, line.At.UtcDateTime, TimeFormat);
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
        Text("retried"u8, line.Retried);
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
        Add(line.At.UtcDateTime, TimeFormat);
        Add(" access: "u8);
        if (Address(line) is { } client)
        {
            Add(client);
        }
        else
        {
            Add("-"u8);
        }

        Named(" "u8, line.Method);
        Named(" "u8, line.Path, line.Query);
        Named(" "u8, line.Protocol);
        Number(" "u8, line.Status);
        Number(" "u8, Milliseconds(line.Total));
        Add(" ms"u8);
        Named(" host="u8, line.Host);
        Number(" in="u8, line.BytesIn);
        Number(" out="u8, line.BytesOut);
        if (line.Upstream is { } upstream)
        {
            Number(" upstream_ms="u8, Milliseconds(upstream));
        }

        Named(" route="u8, line.Route);
        Named(" cluster="u8, line.Cluster);
        Named(" destination="u8, line.Destination);
        Number(" attempts="u8, line.Attempts);
        Named(" retried="u8, line.Retried);
        Named(" reason="u8, line.Reason);
        Named(" phase="u8, line.Phase is { } phase ? FailureResponse.Word(phase) : null);
        Named(" trace="u8, line.Trace?.ToHexString());
        Add("\n"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private static IPAddress? Address(in AccessLine line) => line.Client is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : line.Client;

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);

    private void Text(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            _json.WriteString(name, value);
        }
    }

    private void Text<T>(ReadOnlySpan<byte> name, T? value, string? format = null)
        where T : IUtf8SpanFormattable
    {
        Span<byte> text = stackalloc byte[FormattedMax];
        if (value is not null && value.TryFormat(text, out var length, format, provider: null))
        {
            _json.WriteString(name, text[..length]);
        }
    }

    private void Add(ReadOnlySpan<byte> text) => _buffer.Write(text);

    private void Add<T>(T value, string? format = null)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(_buffer.GetSpan(FormattedMax), out var length, format, provider: null);
        _buffer.Advance(length);
    }

    private void Number<T>(ReadOnlySpan<byte> name, T value)
        where T : IUtf8SpanFormattable
    {
        Add(name);
        Add(value);
    }

    /// <summary>As it is where that is one word; else quoted as in JSON, with everything beyond ASCII escaped.</summary>
    private void Named(ReadOnlySpan<byte> name, string? value, string? more = null)
    {
        if (value is null)
        {
            return;
        }

        Add(name);
        if (value.Length > 0 && !value.AsSpan().ContainsAnyExcept(Plain) && !more.AsSpan().ContainsAnyExcept(Plain))
        {
            Encoding.UTF8.GetBytes(value, _buffer);
            Encoding.UTF8.GetBytes(more, _buffer);
            return;
        }

        Add("\""u8);
        Escape(value);
        Escape(more);
        Add("\""u8);
    }

    private void Escape(ReadOnlySpan<char> value)
    {
        foreach (var letter in value)
        {
            if (letter is >= ' ' and <= '~')
            {
                Add(letter is '"' or '\\' ? "\\"u8 : ""u8);
                Add([(byte)letter]);
            }
            else
            {
                Add("\\u"u8);
                Add((int)letter, "x4");
            }
        }
    }
}
