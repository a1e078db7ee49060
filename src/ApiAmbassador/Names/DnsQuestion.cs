namespace ApiAmbassador.Names;

/// <summary>What is asked of a DNS server; the class is always IN.</summary>
/// <param name="Name">As <see cref="DnsName.TryNormalise"/> leaves it.</param>
/// <param name="Type">The type of the records.</param>
internal readonly record struct DnsQuestion(string Name, DnsType Type);
