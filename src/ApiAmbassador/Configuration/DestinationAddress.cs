namespace ApiAmbassador.Configuration;

/// <summary>What may be the address of a destination.</summary>
internal static class DestinationAddress
{
    /// <summary>What is wrong with it and the way out, or null.</summary>
    public static string? Problem(string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
        {
            return "a destination needs an Address, as http://10.0.0.11:8080";
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            var repaired = "http://" + address;
            return address.Contains("://", StringComparison.Ordinal) || address.Contains('@') || !Uri.TryCreate(repaired, UriKind.Absolute, out _)
                ? $"'{SafeText.Address(address)}' is not an absolute http or https URL; write it as http://host:8080"
                : $"'{address}' is not an absolute http or https URL; did you mean '{repaired}'?";
        }

        if (uri.Host.Length == 0)
        {
            return $"'{address}' names no host";
        }

        if (uri.UserInfo.Length > 0)
        {
            // Not repeated in the message: it may be a password.
            return "an address carries no user and password; destinations would not get them";
        }

        return uri.Query.Length > 0 || uri.Fragment.Length > 0 ? $"'{uri.GetLeftPart(UriPartial.Path)}' has a query or a fragment behind it; requests bring their own" : null;
    }

    /// <summary>
    /// An id for an address that nobody named: host and port, and its path if it has one. Never its position in the list, which
    /// another list may give to another. A configuration's keys cannot hold colons, so it is not the URL itself.
    /// </summary>
    public static string IdOf(Uri address) =>
        $"{address.DnsSafeHost.Replace(':', '.')}-{address.Port}{address.AbsolutePath.TrimEnd('/').Replace(':', '.')}";
}
