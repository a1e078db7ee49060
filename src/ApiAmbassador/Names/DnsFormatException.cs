namespace ApiAmbassador.Names;

/// <summary>Bytes that are not the DNS message they ought to be; its message is half a sentence that says why.</summary>
internal sealed class DnsFormatException(string message) : Exception(message);
