using ApiAmbassador.WireTests.Destinations;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>What a <see cref="ScriptedDns"/> does with a question.</summary>
public sealed class DnsReply
{
    private readonly Func<DnsZone, DnsQuery, byte[]?> _message;

    private DnsReply(Func<DnsZone, DnsQuery, byte[]?> message) => _message = message;

    /// <summary>Answers what the zone has, like an honest server: what does not fit a datagram is truncated.</summary>
    public static DnsReply Zone => new((zone, query) => zone.Answer(query));

    /// <summary>Says nothing; over TCP the connection stays open.</summary>
    public static DnsReply Silence => new((_, _) => null);

    /// <summary>Declines with a code, as 2 for SERVFAIL, 3 for NXDOMAIN, 5 for REFUSED.</summary>
    public static DnsReply Code(int code) => new((_, query) => DnsZone.Declined(query, code));

    /// <summary>Any bytes.</summary>
    public static DnsReply Raw(params byte[] bytes) => new((_, _) => bytes);

    /// <summary>A header and a question as they should be, and then bytes that are not the record that was announced.</summary>
    public static DnsReply Garbage => new((_, query) =>
    {
        byte[] message = [.. DnsZone.Declined(query, 0)[..(12 + query.Question.Length)], 0xC0, 0xFF, 1, 2, 3];
        (message[7], message[11]) = (1, 0);
        return message;
    });

    /// <summary>Says that the answer does not fit, whatever its size; over TCP too.</summary>
    public static DnsReply Truncated => new((_, query) => DnsZone.Truncated(query));

    /// <summary>Over TCP: closes without a word. Over UDP that is silence.</summary>
    public static DnsReply Close => new((_, _) => null) { Closes = true };

    internal bool Closes { get; private init; }

    internal bool IsFromElsewhere { get; private init; }

    internal int? AnnouncedBytes { get; private init; }

    internal Gate? Gate { get; private init; }

    internal IReadOnlyList<DnsReply> Earlier { get; private init; } = [];

    /// <summary>With another id than the question's.</summary>
    public DnsReply WithWrongId() => With(message => message[1] ^= 1);

    /// <summary>With another name in its question: its first letter is the next one in the alphabet.</summary>
    public DnsReply WithWrongQuestion() => With(message => message[13]++);

    /// <summary>From a socket that is not the one that was asked.</summary>
    public DnsReply FromAnotherSocket() => Copy(isFromElsewhere: true);

    /// <summary>Over TCP: announces so many bytes, sends those it has, and waits.</summary>
    public DnsReply Announcing(int bytes) => Copy(announcedBytes: bytes);

    /// <summary>Once the gate lets it pass.</summary>
    public DnsReply Held(Gate by) => Copy(gate: by);

    /// <summary>After others, each to the same question.</summary>
    public DnsReply After(params DnsReply[] earlier) => Copy(earlier: earlier);

    internal byte[]? Message(DnsZone zone, DnsQuery query) => _message(zone, query);

    private DnsReply With(Action<byte[]> change) => Copy((zone, query) =>
    {
        var message = _message(zone, query);
        if (message is not null)
        {
            change(message);
        }

        return message;
    });

    private DnsReply Copy(
        Func<DnsZone, DnsQuery, byte[]?>? message = null, bool? isFromElsewhere = null, int? announcedBytes = null, Gate? gate = null, DnsReply[]? earlier = null) =>
        new(message ?? _message)
        {
            Closes = Closes,
            IsFromElsewhere = isFromElsewhere ?? IsFromElsewhere,
            AnnouncedBytes = announcedBytes ?? AnnouncedBytes,
            Gate = gate ?? Gate,
            Earlier = earlier ?? Earlier,
        };
}
