using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>Makes what is followed of its settings.</summary>
internal interface ISourceFactory
{
    /// <summary>A source of instances.</summary>
    IDestinationSource Create(SourceOptions options);

    /// <summary>The addresses of a host name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="server">The DNS server to ask, as it is written; null for the system's way.</param>
    /// <param name="family">Which addresses count.</param>
    /// <param name="refresh">How often it is asked.</param>
    IDestinationSource CreateName(string name, string? server, AddressFamilyOption family, TimeSpan refresh);
}
