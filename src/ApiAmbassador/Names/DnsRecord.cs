using System.Net;

namespace ApiAmbassador.Names;

/// <summary>A record of an answer. Times to live are not kept: sources ask as often as they are told to.</summary>
/// <param name="Name">Whose it is, in lower case and without the last dot, as all names here.</param>
internal abstract record DnsRecord(string Name);

/// <summary>A or AAAA, by the address' family.</summary>
internal sealed record AddressRecord(string Name, IPAddress Address) : DnsRecord(Name);

/// <summary>CNAME: everything about the name is said of its target.</summary>
internal sealed record AliasRecord(string Name, string Target) : DnsRecord(Name);

/// <summary>SRV; the numbers are of 16 bits, and a target of <c>""</c> is the root.</summary>
internal sealed record ServiceRecord(string Name, int Priority, int Weight, int Port, string Target) : DnsRecord(Name);
