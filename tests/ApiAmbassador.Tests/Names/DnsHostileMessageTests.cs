using System.Diagnostics;
using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

/// <summary>Messages that are wrong: each is refused as such, soon, and never with another exception.</summary>
public class DnsHostileMessageTests
{
    private static readonly DnsQuestion Srv = new("_api._tcp.test", DnsType.Srv);

    [Fact]
    public void Message_that_ends_anywhere_before_its_end_is_refused()
    {
        foreach (var message in GoodOnes())
        {
            Read(message).ShouldNotBeEmpty();
            for (var length = 0; length < message.Length; length++)
            {
                Should.Throw<DnsFormatException>(() => Read(message[..length]), $"of {length} bytes");
            }
        }
    }

    [Fact]
    public void Message_that_goes_on_after_its_end_is_refused()
    {
        foreach (var message in GoodOnes())
        {
            Should.Throw<DnsFormatException>(() => Read([.. message, 0]));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    public void Count_that_lies_is_refused(int at)
    {
        foreach (var message in GoodOnes())
        {
            Should.Throw<DnsFormatException>(() => Read(With(message, at + 1, (byte)(message[at + 1] + 1))));
            Should.Throw<DnsFormatException>(() => Read(With(message, at, 0xFF)));
            if (message[at + 1] > 0)
            {
                Should.Throw<DnsFormatException>(() => Read(With(message, at + 1, (byte)(message[at + 1] - 1))));
            }
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(1, 5)]
    [InlineData(28, 4)]
    [InlineData(28, 15)]
    [InlineData(28, 17)]
    [InlineData(33, 6)]
    [InlineData(5, 0)]
    public void Data_of_another_length_than_its_type_has_is_refused(int type, int length)
    {
        Refused(Answer(1).Record(type, new byte[length]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(60_000)]
    public void Data_that_is_longer_or_shorter_than_it_says_is_refused(int by)
    {
        var data = new DnsBytes().Words(0, 0, 80).Name("one.test").ToArray();

        Refused(Answer(1).Pointer(DnsBytes.QuestionAt).Head(33, data.Length + by).Raw(data));
    }

    [Fact]
    public void Name_that_points_to_itself_is_refused()
    {
        var message = Answer(1);

        Refused(message.Pointer(message.Length).Head(1, 4).Raw(10, 0, 0, 1));
    }

    [Fact]
    public void Name_that_points_forwards_is_refused()
    {
        var message = Answer(1);

        Refused(message.Pointer(message.Length + 16).Head(1, 4).Raw(10, 0, 0, 1).Name("later.test"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(0x3FFF)]
    public void Name_that_points_where_no_name_is_is_refused(int to) => Refused(Answer(1).Pointer(to).Head(1, 4).Raw(10, 0, 0, 1));

    [Fact]
    public void Names_that_point_to_each_other_are_refused()
    {
        // The label is before the pointer, so that the pointer leads backwards, and still into the name that it ends.
        var message = Answer(1);
        var at = message.Length;

        Refused(message.Label("a").Pointer(at).Head(1, 4).Raw(10, 0, 0, 1));
    }

    [Fact]
    public void Names_that_point_on_and_on_are_refused()
    {
        // Each a pointer to the one before it, inside data that nobody looks at.
        var message = Answer(2);
        var data = new DnsBytes().Pointer(DnsBytes.QuestionAt);
        var first = message.Length + 12;
        for (var i = 1; i < 100; i++)
        {
            data.Pointer(first + (2 * (i - 1)));
        }

        message.Record(16, data.ToArray());
        Refused(new DnsBytes().Raw(message.ToArray()).Pointer(first + (2 * 99)).Head(1, 4).Raw(10, 0, 0, 1));
        Read(new DnsBytes().Raw(message.ToArray()).Pointer(first + (2 * 10)).Head(1, 4).Raw(10, 0, 0, 1).ToArray())
            .ShouldHaveSingleItem().Name.ShouldBe("_api._tcp.test");
    }

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void Name_has_at_most_253_letters(int letters, bool isGood)
    {
        var name = string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', letters - 192));
        var message = Answer(1).Srv(0, 0, 80, name);

        if (isGood)
        {
            Read(message.ToArray()).ShouldHaveSingleItem().ShouldBeOfType<ServiceRecord>().Target.ShouldBe(name);
        }
        else
        {
            Refused(message);
        }
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a.b")]
    [InlineData("a\0")]
    [InlineData("a\r\nHost")]
    [InlineData("a/b")]
    [InlineData("a:1")]
    [InlineData("a@b")]
    [InlineData("*")]
    [InlineData("b\u00fc")]
    public void Name_with_other_letters_than_host_names_have_is_refused(string label)
    {
        Refused(Answer(1).Record(33, [0, 0, 0, 0, 0, 80, .. new DnsBytes().Label(label, "test").Raw(0).ToArray()]));
        Refused(Answer(1).Label(label, "test").Raw(0).Head(1, 4).Raw(10, 0, 0, 1));
    }

    [Theory]
    [InlineData(0x40)]
    [InlineData(0x80)]
    public void Label_of_another_kind_is_refused(byte kind)
    {
        Refused(Answer(1).Raw((byte)(kind | 1), (byte)'a', 0).Head(1, 4).Raw(10, 0, 0, 1));
        Refused(Answer(1).Raw((byte)(kind | 1), (byte)'a', 0).Head(16, 0));
    }

    [Fact]
    public void Worst_message_is_read_soon()
    {
        // As many records as fit, each with the longest name by a chain of pointers.
        var message = new DnsBytes().Words(DnsBytes.Id, DnsBytes.Good, 1, 5_000, 0, 0).Name("_api._tcp.test").Words(33, 1);
        var at = DnsBytes.QuestionAt;
        for (var i = 0; i < 30; i++)
        {
            var next = message.Length;
            message.Label("aaaaaa").Pointer(at).Head(16, 0);
            at = next;
        }

        while (message.Length < 65_500)
        {
            message.Pointer(at).Head(1, 4).Raw(10, 0, 0, 1);
        }

        var bytes = message.ToArray();
        var begun = Stopwatch.StartNew();
        Should.Throw<DnsFormatException>(() => Read(bytes));
        begun.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Damaged_messages_are_read_or_refused_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var good = GoodOnes();
        for (var turn = 0; turn < 50_000; turn++)
        {
            var message = good[random.Next(good.Length)].ToArray();
            var changes = random.Next(1, 8);
            for (var i = 0; i < changes; i++)
            {
                // Mostly what numbers, lengths and pointers are made of; and the header's first bytes stay, so that the rest is reached.
                message[random.Next(4, message.Length)] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 0xC0, _ => (byte)random.Next(20) };
            }

            try
            {
                foreach (var record in Read(message[..random.Next(message.Length / 2, message.Length + 1)]))
                {
                    record.Name.Length.ShouldBeLessThanOrEqualTo(DnsName.LengthMax);
                }
            }
            catch (DnsFormatException)
            {
                // As it should.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, turn {turn}, {Convert.ToHexString(message)}: {e}");
            }
        }
    }

    [Fact]
    public void Noise_is_refused_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var turn = 0; turn < 20_000; turn++)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            DnsMessage.IsAnswerTo(noise, DnsBytes.Id, Srv).ShouldBeFalse($"seed {seed}, turn {turn}");
        }
    }

    /// <summary>All kinds of records, in all sections, compressed.</summary>
    private static byte[][] GoodOnes() =>
    [
        Answer(1).Record(1, 10, 0, 0, 1).ToArray(),
        DnsBytes.Answer("_api._tcp.test", 33, answers: 4, authority: 1, additional: 2)
            .Srv(1, 2, 80, "one.test")
            .Record(33, [0, 1, 0, 2, 0, 3, 3, .. "two"u8, 0xC0, DnsBytes.QuestionAt + 10])
            .Record(5, [4, .. "real"u8, 0xC0, DnsBytes.QuestionAt + 10])
            .Record(28, [0xFD, .. new byte[15]])
            .Record(6, [0xC0, 12, 0xC0, 12, .. new byte[20]])
            .Record(1, 10, 0, 0, 2)
            .Raw(0).Words(41, 1232, 0, 0, 0).ToArray(),
    ];

    private static DnsBytes Answer(int answers) => DnsBytes.Answer("_api._tcp.test", 33, answers);

    private static void Refused(DnsBytes message) => Should.Throw<DnsFormatException>(() => Read(message.ToArray()));

    private static IReadOnlyList<DnsRecord> Read(byte[] message) => DnsMessage.Read(message, DnsBytes.Id, Srv).Records;

    private static byte[] With(byte[] message, int at, byte value)
    {
        var copy = message.ToArray();
        copy[at] = value;
        return copy;
    }
}
