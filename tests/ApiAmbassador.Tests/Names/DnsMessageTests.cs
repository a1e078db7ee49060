using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Names;

public class DnsMessageTests
{
    private static readonly DnsQuestion A = new("api.test", DnsType.A);
    private static readonly DnsQuestion Srv = new("_api._tcp.test", DnsType.Srv);

    [Fact]
    public void Query_is_one_question_with_recursion_and_room_for_1232_bytes()
    {
        var expected = new DnsBytes().Words(0xBEEF, 0x0100, 1, 0, 0, 1).Name("api.test").Words(1, 1)
            .Raw(0).Words(41, 1232, 0, 0, 0).ToArray();

        DnsMessage.Query(0xBEEF, A, edns: true).ShouldBe(expected);
    }

    [Fact]
    public void Query_without_edns_ends_with_its_question()
    {
        var expected = new DnsBytes().Words(7, 0x0100, 1, 0, 0, 0).Name("api.test").Words(28, 1).ToArray();

        DnsMessage.Query(7, A with { Type = DnsType.Aaaa }, edns: false).ShouldBe(expected);
    }

    [Fact]
    public void Query_for_the_longest_name_fits()
    {
        var name = Longest();
        name.Length.ShouldBe(253);

        DnsMessage.Query(1, new DnsQuestion(name, DnsType.Srv), edns: true).Length.ShouldBe(12 + 255 + 4 + 11);
    }

    [Fact]
    public void Answer_has_addresses_of_both_families_and_aliases()
    {
        var message = DnsBytes.Answer("API.test", 1, answers: 3)
            .Record(5, [4, .. "real"u8, 0xC0, 16])
            .Name("real.TEST").Head(1, 4).Raw(10, 0, 0, 1)
            .Name("real.test").Head(28, 16).Raw(0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);

        Read(message, A).ShouldBe(["AliasRecord { Name = api.test, Target = real.test }", "AddressRecord { Name = real.test, Address = 10.0.0.1 }", "AddressRecord { Name = real.test, Address = fd00::2 }"]);
    }

    [Fact]
    public void Answer_has_services_whose_targets_may_be_compressed()
    {
        var message = DnsBytes.Answer("_api._tcp.test", 33, answers: 2)
            .Srv(10, 20, 8080, "One.test")
            .Record(33, [0, 1, 0, 2, 0, 3, 3, .. "two"u8, 0xC0, DnsBytes.QuestionAt + 10]);

        Read(message, Srv).ShouldBe(
        [
            "ServiceRecord { Name = _api._tcp.test, Priority = 10, Weight = 20, Port = 8080, Target = one.test }",
            "ServiceRecord { Name = _api._tcp.test, Priority = 1, Weight = 2, Port = 3, Target = two.test }",
        ]);
    }

    [Fact]
    public void Service_at_the_root_has_an_empty_target() =>
        Read(DnsBytes.Answer("_api._tcp.test", 33, answers: 1).Srv(0, 0, 0, ""), Srv).ShouldHaveSingleItem().ShouldEndWith("Target =  }");

    [Fact]
    public void Records_of_other_types_and_classes_and_sections_are_passed_over()
    {
        var message = DnsBytes.Answer("api.test", 1, answers: 3, authority: 1, additional: 2)
            .Record(16, 3, 1, 2, 3) // TXT
            .Pointer(DnsBytes.QuestionAt).Head(1, 4, @class: 3).Raw(10, 9, 9, 9) // Chaos
            .Record(1, 10, 0, 0, 1)
            .Label("b\0d", "a b").Raw(0).Head(6, 2).Raw(1, 2) // SOA, with a name of its own kind.
            .Record(1, 10, 0, 0, 2) // Glue
            .Raw(0).Words(41, 1232, 0, 0, 0);

        Read(message, A).ShouldBe(["AddressRecord { Name = api.test, Address = 10.0.0.1 }"]);
    }

    [Theory]
    [InlineData(0x8180, 0)]
    [InlineData(0x8181, 1)]
    [InlineData(0x8182, 2)]
    [InlineData(0x8183, 3)]
    [InlineData(0x8184, 4)]
    [InlineData(0x8185, 5)]
    [InlineData(0x818B, 11)]
    public void Code_is_told(int flags, int code)
    {
        var response = DnsMessage.Read(DnsBytes.Answer("api.test", 1, answers: 0, (ushort)flags).ToArray(), DnsBytes.Id, A);

        (response.Code, response.IsTruncated, response.Records.Count).ShouldBe(((DnsCode)code, false, 0));
    }

    [Fact]
    public void Code_of_edns_is_put_together_and_there_are_no_records_then()
    {
        var message = DnsBytes.Answer("api.test", 1, answers: 1, additional: 1).Record(1, 10, 0, 0, 1).Raw(0).Words(41, 1232, 0x0100, 0, 0);

        var response = DnsMessage.Read(message.ToArray(), DnsBytes.Id, A);

        (response.Code, response.Records.Count).ShouldBe((DnsCode.BadVers, 0));
    }

    [Fact]
    public void Truncated_answer_is_not_read_any_further()
    {
        var message = DnsBytes.Answer("api.test", 1, answers: 9, flags: 0x8380).Raw(0xC0);

        var response = DnsMessage.Read(message.ToArray(), DnsBytes.Id, A);

        (response.IsTruncated, response.Records.Count).ShouldBe((true, 0));
    }

    [Theory]
    [InlineData(0x8181, true)]
    [InlineData(0x8182, true)]
    [InlineData(0x8184, true)]
    [InlineData(0x8185, true)]
    [InlineData(0x8180, false)]
    [InlineData(0x8183, false)]
    public void Question_may_be_missing_where_it_was_declined_and_nowhere_else(int flags, bool isAnswer)
    {
        var message = new DnsBytes().Words(DnsBytes.Id, flags, 0, 0, 0, 0).ToArray();

        DnsMessage.IsAnswerTo(message, DnsBytes.Id, A).ShouldBe(isAnswer);
    }

    [Theory]
    [InlineData("api.test", 1, 1, 0x1234, 0x8180, true)]
    [InlineData("API.Test", 1, 1, 0x1234, 0x8180, true)]
    [InlineData("api.test", 1, 1, 0x1235, 0x8180, false)] // Another id.
    [InlineData("api.test", 1, 1, 0x1234, 0x0100, false)] // A question.
    [InlineData("api.test", 1, 1, 0x1234, 0xA980, false)] // An answer to an update.
    [InlineData("apj.test", 1, 1, 0x1234, 0x8180, false)]
    [InlineData("api.test.x", 1, 1, 0x1234, 0x8180, false)]
    [InlineData("api.test", 28, 1, 0x1234, 0x8180, false)]
    [InlineData("api.test", 1, 3, 0x1234, 0x8180, false)] // Of another class.
    public void Answer_is_known_by_id_kind_and_question(string name, int type, int @class, int id, int flags, bool isAnswer)
    {
        var message = new DnsBytes().Words(id, flags, 1, 0, 0, 0).Name(name).Words(type, @class).ToArray();

        DnsMessage.IsAnswerTo(message, DnsBytes.Id, A).ShouldBe(isAnswer);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(65_535)]
    public void Answer_has_one_question(int questions)
    {
        var message = new DnsBytes().Words(DnsBytes.Id, 0x8180, questions, 0, 0, 0).Name("api.test").Words(1, 1).Name("api.test").Words(1, 1);

        DnsMessage.IsAnswerTo(message.ToArray(), DnsBytes.Id, A).ShouldBeFalse();
    }

    private static IEnumerable<string> Read(DnsBytes message, DnsQuestion question) =>
        DnsMessage.Read(message.ToArray(), DnsBytes.Id, question).Records.Select(record => record.ToString());

    private static string Longest() => string.Join('.', new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 61));
}
