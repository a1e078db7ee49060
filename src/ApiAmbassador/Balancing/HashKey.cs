using ApiAmbassador.Routing;

namespace ApiAmbassador.Balancing;

/// <summary>What a consistent hash goes by: a key as splits have them, or the path.</summary>
/// <param name="Caller">What a caller is known by; none where it is the path.</param>
/// <param name="IsPath">Whether it is the path.</param>
internal sealed record HashKey(SplitKey Caller, bool IsPath)
{
    /// <summary>What may be written.</summary>
    public const string Words = "Header:NAME, Cookie:NAME, ClientAddress or Path";

    /// <summary>Nothing: each request is shared at random.</summary>
    public static HashKey None { get; } = new(SplitKey.None, IsPath: false);

    /// <summary>Reads one of <see cref="Words"/>.</summary>
    public static bool TryParse(string? text, out HashKey key)
    {
        key = None;
        if ("Path".Equals(text, StringComparison.OrdinalIgnoreCase))
        {
            key = None with { IsPath = true };
        }
        else if (text is not null && SplitKey.TryParse(text, out var caller) && caller.Kind != SplitKeyKind.None)
        {
            key = None with { Caller = caller };
        }

        return !ReferenceEquals(key, None);
    }

    /// <summary>A request's key; empty where it has none.</summary>
    /// <param name="context">The request.</param>
    /// <param name="buffer">Room for <see cref="CallerKey.LengthMax"/> letters, which may be used for the key.</param>
    public ReadOnlySpan<char> Of(HttpContext context, Span<char> buffer) =>
        IsPath ? context.Request.Path.Value : CallerKey.Of(context, Caller, buffer);
}
