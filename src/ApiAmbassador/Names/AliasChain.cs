using System.Net.Sockets;

namespace ApiAmbassador.Names;

/// <summary>Follows a name through the CNAME records of an answer. Pure.</summary>
internal static class AliasChain
{
    /// <summary>Longer than any that is meant; a circle is found by it too.</summary>
    private const int LengthMax = 16;

    /// <summary>The records that answer a question, directly or by aliases.</summary>
    /// <param name="records">An answer.</param>
    /// <param name="question">The question.</param>
    /// <param name="end">The name at which the aliases end: where nothing was found, and it is another than the question's, it has to be asked for.</param>
    /// <exception cref="DnsFormatException">The aliases go in a circle, or on for too long.</exception>
    public static IReadOnlyList<DnsRecord> Follow(IReadOnlyList<DnsRecord> records, DnsQuestion question, out string end)
    {
        end = question.Name;
        for (var i = 0; i <= LengthMax; i++)
        {
            var name = end;
            var found = records.Where(record => record.Name == name && Answers(record, question.Type)).ToList();
            if (found.Count > 0 || records.OfType<AliasRecord>().FirstOrDefault(record => record.Name == name) is not { } alias)
            {
                return found;
            }

            end = alias.Target;
        }

        throw new DnsFormatException("its aliases go in a circle or on for too long");
    }

    private static bool Answers(DnsRecord record, DnsType type) => record switch
    {
        AddressRecord { Address.AddressFamily: AddressFamily.InterNetwork } => type == DnsType.A,
        AddressRecord => type == DnsType.Aaaa,
        ServiceRecord => type == DnsType.Srv,
        _ => false,
    };
}
