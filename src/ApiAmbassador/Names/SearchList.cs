namespace ApiAmbassador.Names;

/// <summary>The whole names that a name may stand for, in the order in which glibc tries them. Pure.</summary>
internal static class SearchList
{
    /// <summary>
    /// A last dot says that the name is whole. Else one with as many dots as <see cref="ResolverSettings.Dots"/> is tried as it is and then in each
    /// domain, and one with fewer in each domain and then as it is. What would be too long is left out.
    /// </summary>
    /// <exception cref="NameResolutionException">It is not a name.</exception>
    public static IReadOnlyList<string> Of(string text, ResolverSettings settings)
    {
        if (!DnsName.TryNormalise(text, out var name))
        {
            throw new NameResolutionException($"'{text}' is not a name that DNS could be asked for");
        }

        if (text.EndsWith('.'))
        {
            return [name];
        }

        var inDomains = settings.Search
            .Select(domain => domain.Length == 0 ? name : $"{name}.{domain}")
            .Where(whole => whole.Length <= DnsName.LengthMax);
        return [.. (name.Count(letter => letter == '.') >= settings.Dots ? inDomains.Prepend(name) : inDomains.Append(name)).Distinct()];
    }
}
