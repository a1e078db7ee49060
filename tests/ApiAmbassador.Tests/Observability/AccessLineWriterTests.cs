using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using ApiAmbassador.Observability;

namespace ApiAmbassador.Tests.Observability;

public class AccessLineWriterTests
{
    private static readonly AccessLine Good = new(
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(2)), IPAddress.Parse("::ffff:10.0.0.7"), "GET", "/orders", "?…", "HTTP/2", "api", 200, 3, 4567,
        TimeSpan.FromMilliseconds(12.34), TimeSpan.FromMilliseconds(10), "all", "api-v1", "one", 2, Retried: null, Reason: null, Phase: null, Trace: null);

    [Fact]
    public void Json_leaves_out_what_there_is_not()
    {
        Json(Good).ShouldBe(
            """{"log":"access","time":"2026-01-02T01:04:05.678Z","client":"10.0.0.7","method":"GET","path":"/orders?…","protocol":"HTTP/2","host":"api","status":200,"bytes_in":3""" +
            ""","bytes_out":4567,"total_ms":12.3,"upstream_ms":10,"route":"all","cluster":"api-v1","destination":"one","attempts":2}""" + "\n");
    }

    [Fact]
    public void Text_leaves_out_what_there_is_not()
    {
        Text(Good).ShouldBe(
            "2026-01-02T01:04:05.678Z access: 10.0.0.7 GET /orders?… HTTP/2 200 12.3 ms host=api in=3 out=4567 upstream_ms=10 route=all cluster=api-v1 destination=one attempts=2\n");
    }

    [Fact]
    public void Attempts_before_the_last_are_told()
    {
        var line = Good with { Retried = "two:503,three:upstream_reset" };

        Text(line).ShouldEndWith(" attempts=2 retried=two:503,three:upstream_reset\n");
        Json(line).ShouldEndWith(""","attempts":2,"retried":"two:503,three:upstream_reset"}""" + "\n");
    }

    [Fact]
    public void Failure_is_told_with_its_phase_and_trace()
    {
        var line = Good with { Reason = "connect_timeout", Phase = Phase.Connect, Trace = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c") };

        Text(line).ShouldEndWith(" reason=connect_timeout phase=connect trace=0af7651916cd43dd8448eb211c80319c\n");
        Json(line).ShouldContain(""","reason":"connect_timeout","phase":"connect","trace":"0af7651916cd43dd8448eb211c80319c"}""");
    }

    /// <summary>Whatever letter stands in a field, the line stays one line and the field one field.</summary>
    [Fact]
    public void Any_letter_in_any_field_stays_in_its_field()
    {
        for (var letter = 0; letter <= char.MaxValue; letter += letter < 0x300 ? 1 : 37)
        {
            var value = $"a{(char)letter}b";
            var line = Good with { Method = value, Path = value, Query = null, Host = value, Route = value, Cluster = value, Destination = value, Protocol = value, Retried = value };

            var read = JsonDocument.Parse(OneLine(Json(line))).RootElement;
            var expected = char.IsSurrogate((char)letter) ? "a\ufffdb" : value;
            foreach (var name in new[] { "method", "path", "protocol", "host", "route", "cluster", "destination", "retried" })
            {
                read.GetProperty(name).GetString().ShouldBe(expected);
            }

            var words = OneLine(Text(line)).Replace("\"a b\"", "a_b", StringComparison.Ordinal);
            words.ShouldAllBe(each => each >= ' ' && each != '\u007f' && (each <= '~' || each == '…'));
            words.Split(' ').Length.ShouldBe(Text(Good).Split(' ').Length + 1, words);
        }
    }

    [Fact]
    public void Lines_follow_each_other_until_cleared()
    {
        using var writer = new AccessLineWriter();
        writer.WriteText(Good);
        writer.WriteJson(Good);
        writer.Written.Count((byte)'\n').ShouldBe(2);
        writer.Clear();
        writer.Written.Length.ShouldBe(0);
    }

    private static string OneLine(string text)
    {
        text.Count(letter => letter == '\n').ShouldBe(1);
        return text.TrimEnd('\n');
    }

    private static string Json(in AccessLine line)
    {
        using var writer = new AccessLineWriter();
        writer.WriteJson(line);
        return Encoding.UTF8.GetString(writer.Written);
    }

    private static string Text(in AccessLine line)
    {
        using var writer = new AccessLineWriter();
        writer.WriteText(line);
        return Encoding.UTF8.GetString(writer.Written);
    }
}
