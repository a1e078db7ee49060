namespace ApiAmbassador.Names;

/// <summary>What a server says of a question, by its number on the wire, the four bits of EDNS included. Upper case is how the field spells it.</summary>
internal enum DnsCode
{
    /// <summary>Here is what there is, even if that is nothing.</summary>
    NoError = 0,

    /// <summary>It did not understand the question; an old one does not when EDNS is in it.</summary>
    FormErr = 1,

    /// <summary>It could not find out.</summary>
    ServFail = 2,

    /// <summary>There is no such name.</summary>
    NxDomain = 3,

    /// <summary>It does not do this kind of question.</summary>
    NotImp = 4,

    /// <summary>It does not answer us, or not about this name.</summary>
    Refused = 5,

    /// <summary>It speaks another version of EDNS (RFC 6891).</summary>
    BadVers = 16,
}
