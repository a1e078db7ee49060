namespace ApiAmbassador.Discovery;

/// <summary>Where the redirect of a registry may lead.</summary>
internal static class RedirectRule
{
    /// <summary>The next place, without user and password; null for one that is none, is neither http nor https, or leads from https to http.</summary>
    /// <param name="place">What was asked.</param>
    /// <param name="location">What the answer says, relative to that or absolute.</param>
    public static Uri? Next(Uri place, Uri? location)
    {
        if (location is null || !Uri.TryCreate(place, location, out var next))
        {
            return null;
        }

        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && place.Scheme == Uri.UriSchemeHttp)
            ? new UriBuilder(next) { UserName = "", Password = "" }.Uri
            : null;
    }
}
