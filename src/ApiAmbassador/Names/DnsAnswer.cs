namespace ApiAmbassador.Names;

/// <summary>What was found out about a question: records, none, or why nobody could say.</summary>
internal sealed record DnsAnswer
{
    /// <summary>There are none, and that is certain.</summary>
    public static readonly DnsAnswer None = new();

    /// <summary>What answers the question, aliases followed.</summary>
    public IReadOnlyList<DnsRecord> Records { get; private init; } = [];

    /// <summary>Why nobody could say, in one sentence; null where somebody did.</summary>
    public string? Problem { get; private init; }

    /// <summary>The code with which the server declined; null where none answered, or none in an intelligible way.</summary>
    public DnsCode? Code { get; private init; }

    /// <summary>Records.</summary>
    public static DnsAnswer Of(IReadOnlyList<DnsRecord> records) => records.Count == 0 ? None : new() { Records = records };

    /// <summary>Nobody could say.</summary>
    public static DnsAnswer Failed(string problem, DnsCode? code = null) => new() { Problem = problem, Code = code };
}
