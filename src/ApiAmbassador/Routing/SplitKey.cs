namespace ApiAmbassador.Routing;

/// <summary>What a caller is known by, so that a split sends it to the same side each time.</summary>
/// <param name="Kind">Where the key is found.</param>
/// <param name="Name">The header's or cookie's name; empty for the others.</param>
internal sealed record SplitKey(SplitKeyKind Kind, string Name)
{
    /// <summary>Nothing: each request is shared at random.</summary>
    public static SplitKey None { get; } = new(SplitKeyKind.None, "");

    /// <summary>Reads <c>Header:NAME</c>, <c>Cookie:NAME</c>, <c>ClientAddress</c> or <c>None</c>.</summary>
    public static bool TryParse(string text, out SplitKey key)
    {
        var colon = text.IndexOf(':');
        var name = colon < 0 ? "" : text[(colon + 1)..].Trim();
        key = None;
        if (!Enum.TryParse<SplitKeyKind>(colon < 0 ? text : text[..colon], ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
        {
            return false;
        }

        var needsName = kind is SplitKeyKind.Header or SplitKeyKind.Cookie;
        if (needsName != name.Length > 0 || (!needsName && colon >= 0))
        {
            return false;
        }

        key = new SplitKey(kind, name);
        return true;
    }
}

/// <summary>Where a split finds its key.</summary>
internal enum SplitKeyKind
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>A request header.</summary>
    Header,

    /// <summary>A cookie.</summary>
    Cookie,

    /// <summary>The address of the connection's other end.</summary>
    ClientAddress,
}
