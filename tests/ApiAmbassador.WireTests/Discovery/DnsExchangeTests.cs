using System.Net;
using System.Net.Sockets;
using ApiAmbassador.Names;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>One question to one server that answers in all ways.</summary>
public sealed class DnsExchangeTests : IAsyncDisposable
{
    private static readonly DnsQuestion Question = new("api.test", DnsType.A);

    /// <summary>Where an answer will come, and where none will.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10), Short = TimeSpan.FromMilliseconds(200);

    private readonly ScriptedDns _dns = ScriptedDns.Start();
    private readonly DnsExchange _exchange = new(TimeProvider.System);

    public DnsExchangeTests() => _dns.Set("api.test", "10.0.0.1", "10.0.0.2");

    [Fact]
    public async Task Answer_comes_in_one_datagram()
    {
        (await AskAsync(Long)).ShouldBe("NoError 10.0.0.1 10.0.0.2");
        _dns.Queries.ShouldHaveSingleItem().ShouldSatisfyAllConditions(query => query.IsTcp.ShouldBeFalse(), query => query.EdnsBytes.ShouldBe(1232));
    }

    [Fact]
    public async Task Questions_have_ids_and_ports_that_are_not_to_be_guessed()
    {
        for (var i = 0; i < 40; i++)
        {
            await AskAsync(Long);
        }

        _dns.Queries.Select(query => query.Id).Distinct().Count().ShouldBeGreaterThan(35);
        _dns.Queries.Select(query => query.From.Port).Distinct().Count().ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("question")]
    [InlineData("socket")]
    [InlineData("noise")]
    [InlineData("empty")]
    public async Task Datagram_of_somebody_else_is_passed_over(string what)
    {
        var forged = DnsReply.Code(3);
        var other = what switch
        {
            "id" => forged.WithWrongId(),
            "question" => forged.WithWrongQuestion(),
            "socket" => forged.FromAnotherSocket(),
            "noise" => DnsReply.Raw(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
            _ => DnsReply.Raw(),
        };
        _dns.AnswerWith(DnsReply.Zone.After(other, other, other));

        (await AskAsync(Long)).ShouldBe("NoError 10.0.0.1 10.0.0.2");
        _dns.Queries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Silence_is_told_in_time()
    {
        _dns.AnswerWith(DnsReply.Silence);

        (await FailAsync(Short)).ShouldBe($"{_dns.Server} did not answer within 0.2 s");
        await _dns.WaitForAsync(dns => dns.Queries.Count > 0);
        _dns.Queries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Server_that_only_forges_is_as_good_as_silent()
    {
        _dns.AnswerWith(DnsReply.Zone.WithWrongId());

        (await FailAsync(Short)).ShouldBe($"{_dns.Server} did not answer within 0.2 s");
    }

    [Fact]
    public async Task Question_that_is_given_up_ends_at_once()
    {
        _dns.AnswerWith(DnsReply.Silence);
        using var leaving = new CancellationTokenSource();

        var asked = _exchange.AskAsync(_dns.EndPoint, Question, TimeSpan.FromMinutes(1), leaving.Token);
        await _dns.WaitForAsync(dns => dns.Queries.Count == 1);
        await leaving.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(asked.WaitAsync(Long, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Truncated_answer_is_asked_for_over_tcp()
    {
        _dns.Set("api.test", Enumerable.Range(1, 200).Select(i => $"10.0.0.{i}"));

        (await AskAsync(Long)).Split(' ').Length.ShouldBe(201);
        _dns.Queries.Select(query => query.IsTcp).ShouldBe([false, true]);
    }

    [Fact]
    public async Task Damaged_answer_is_asked_for_over_tcp()
    {
        _dns.AnswerWith(query => query.IsTcp ? DnsReply.Zone : DnsReply.Garbage);

        (await AskAsync(Long)).ShouldBe("NoError 10.0.0.1 10.0.0.2");
    }

    [Fact]
    public async Task Largest_answer_comes_over_tcp()
    {
        // 16 bytes an address, and a header.
        _dns.Set("api.test", Enumerable.Range(0, 4_090).Select(i => $"10.0.{i / 250}.{i % 250}"));

        (await AskAsync(Long)).Split(' ').Length.ShouldBe(4_091);
    }

    [Fact]
    public async Task Nonsense_over_tcp_is_told()
    {
        _dns.AnswerWith(DnsReply.Garbage);

        (await FailAsync(Long)).ShouldBe($"{_dns.Server} sent an answer for api.test that makes no sense: it ends too early");
    }

    [Fact]
    public async Task Answer_to_something_else_over_tcp_is_told()
    {
        _dns.AnswerWith(query => query.IsTcp ? DnsReply.Zone.WithWrongId() : DnsReply.Truncated);

        (await FailAsync(Long)).ShouldEndWith("makes no sense: it has the id of another question");
    }

    [Fact]
    public async Task Answer_that_is_truncated_over_tcp_too_is_told()
    {
        _dns.AnswerWith(DnsReply.Truncated);

        (await FailAsync(Long)).ShouldEndWith("makes no sense: it is cut short even over TCP");
    }

    [Fact]
    public async Task Length_that_lies_is_waited_for_in_vain()
    {
        _dns.AnswerWith(query => query.IsTcp ? DnsReply.Zone.Announcing(65_535) : DnsReply.Truncated);

        (await FailAsync(Short)).ShouldBe($"{_dns.Server} did not answer within 0.2 s");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public async Task Length_that_is_too_short_is_told(int bytes)
    {
        _dns.AnswerWith(query => query.IsTcp ? DnsReply.Zone.Announcing(bytes) : DnsReply.Truncated);

        (await FailAsync(Long)).ShouldEndWith("makes no sense: it ends too early");
    }

    [Fact]
    public async Task Connection_that_closes_without_an_answer_is_told()
    {
        _dns.AnswerWith(query => query.IsTcp ? DnsReply.Close : DnsReply.Truncated);

        (await FailAsync(Long)).ShouldBe($"{_dns.Server} closed the connection before its answer for api.test was whole");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Server_that_does_not_know_edns_is_asked_without_it(int code)
    {
        _dns.AnswerWith(query => query.EdnsBytes is null ? DnsReply.Zone : DnsReply.Code(code));

        (await AskAsync(Long)).ShouldBe("NoError 10.0.0.1 10.0.0.2");
        _dns.Queries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Server_that_does_not_understand_at_all_is_asked_twice()
    {
        // A header, as servers send it that could read no more than that.
        _dns.AnswerWith(query => DnsReply.Raw((byte)(query.Id >> 8), (byte)query.Id, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0));

        (await AskAsync(Long)).ShouldBe("FormErr");
        _dns.Queries.Select(query => query.EdnsBytes).ShouldBe([1232, null]);
    }

    [Fact]
    public async Task Server_that_is_down_is_told_at_once()
    {
        await _dns.StopListeningAsync();

        (await FailAsync(Long)).ShouldBe($"{_dns.Server} cannot be asked: Connection refused");
    }

    [Fact]
    public async Task Server_that_is_back_is_asked()
    {
        await _dns.StopListeningAsync();
        await FailAsync(Long);
        _dns.StartListening();

        (await AskAsync(Long)).ShouldBe("NoError 10.0.0.1 10.0.0.2");
    }

    [Fact]
    public async Task Server_whose_datagrams_are_refused_is_asked_over_tcp()
    {
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        tcp.Listen();
        var asked = _exchange.AskAsync((IPEndPoint)tcp.LocalEndPoint!, Question, Long, TestContext.Current.CancellationToken);
        using (await tcp.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Long, TestContext.Current.CancellationToken))
        {
            // That it has come is what is to be seen; it is sent away.
        }

        await Should.ThrowAsync<NameResolutionException>(asked);
    }

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    private async Task<string> AskAsync(TimeSpan patience)
    {
        var response = await _exchange.AskAsync(_dns.EndPoint, Question, patience, TestContext.Current.CancellationToken);
        return string.Join(' ', response.Records.OfType<AddressRecord>().Select(record => record.Address.ToString()).Prepend($"{response.Code}"));
    }

    private async Task<string> FailAsync(TimeSpan patience) =>
        (await Should.ThrowAsync<NameResolutionException>(_exchange.AskAsync(_dns.EndPoint, Question, patience, TestContext.Current.CancellationToken))).Message;
}
