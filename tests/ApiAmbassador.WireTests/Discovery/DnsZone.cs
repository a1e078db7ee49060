using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>What a <see cref="ScriptedDns"/> knows, and how it says it. It shares no code with the resolver that reads it.</summary>
internal sealed class DnsZone
{
    public const int A = 1;
    public const int Alias = 5;
    public const int Aaaa = 28;
    public const int Service = 33;
    public const int Opt = 41;

    private const int NxDomain = 3;
    private const int AliasesMax = 40;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<(int Type, byte[] Data, string? Target)>> _names = [];

    /// <summary>Whether an answer goes on with what it knows of an alias' target, as servers do.</summary>
    public bool FollowsAliases { get; set; } = true;

    public void SetAddresses(string name, IEnumerable<IPAddress> addresses) => Set(name, addresses.Select(address =>
        (address.AddressFamily == AddressFamily.InterNetwork ? A : Aaaa, address.GetAddressBytes(), (string?)null)));

    public void SetServices(string name, IEnumerable<(int Priority, int Weight, int Port, string Target)> services) => Set(name, services.Select(one =>
        (Service, (byte[])[.. Word(one.Priority), .. Word(one.Weight), .. Word(one.Port), .. Name(one.Target)], (string?)null)));

    public void SetAlias(string name, string target) => Set(name, [(Alias, Name(target), target)]);

    public void Remove(string name)
    {
        lock (_lock)
        {
            _names.Remove(name.ToLowerInvariant());
        }
    }

    /// <summary>The answer to a question, whole.</summary>
    public byte[] Answer(DnsQuery query)
    {
        var answers = new List<byte[]>();
        int code;
        lock (_lock)
        {
            code = _names.ContainsKey(query.Name) ? 0 : NxDomain;
            var name = query.Name;
            for (var i = 0; i < AliasesMax && _names.TryGetValue(name, out var records); i++)
            {
                // The owner is the question's name by a pointer, or a name in full.
                byte[] owner = name == query.Name ? [0xC0, 12] : Name(name);
                answers.AddRange(records.Where(record => record.Type == query.Type || record.Type == Alias).Select(record =>
                    (byte[])[.. owner, .. Word(record.Type), .. Word(1), .. Word(0), .. Word(60), .. Word(record.Data.Length), .. record.Data]));
                if (!FollowsAliases || records is not [{ Target: { } target }])
                {
                    break;
                }

                name = target;
            }
        }

        return Message(query, code, answers);
    }

    /// <summary>A message without records, with a code.</summary>
    public static byte[] Declined(DnsQuery query, int code) => Message(query, code, []);

    /// <summary>The same message without its records, and marked as cut short.</summary>
    public static byte[] Truncated(DnsQuery query)
    {
        var message = Message(query, 0, []);
        message[2] |= 0x02;
        return message;
    }

    private static byte[] Message(DnsQuery query, int code, List<byte[]> answers) =>
    [
        .. Word(query.Id), .. Word(0x8580 | code), .. Word(1), .. Word(answers.Count), .. Word(0), .. Word(query.EdnsBytes is null ? 0 : 1),
        .. query.Question,
        .. answers.SelectMany(answer => answer),
        .. query.EdnsBytes is null ? [] : (byte[])[0, .. Word(Opt), .. Word(1232), .. Word(0), .. Word(0), .. Word(0)],
    ];

    private void Set(string name, IEnumerable<(int Type, byte[] Data, string? Target)> records)
    {
        lock (_lock)
        {
            _names[name.ToLowerInvariant()] = [.. records];
        }
    }

    internal static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]), 0];

    private static byte[] Word(int value) => [(byte)(value >> 8), (byte)value];
}
