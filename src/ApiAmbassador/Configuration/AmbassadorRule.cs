namespace ApiAmbassador.Configuration;

/// <summary>What may be set in the section <c>Ambassador</c>.</summary>
internal static class AmbassadorRule
{
    private const string Section = "Ambassador";

    private const string NoCertificate = "an https listener needs a certificate; set Kestrel:Certificates:Default (Path and Password, or Path and KeyPath)";

    /// <summary>Reports everything that is wrong with it.</summary>
    /// <param name="options">The section.</param>
    /// <param name="hasCertificate">Whether <c>Kestrel:Certificates:Default</c> is set. A developer's own certificate does not count: it would work on one machine only.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Check(AmbassadorOptions options, bool hasCertificate, ErrorList errors)
    {
        var data = options.Listen ?? [];
        for (var i = 0; i < data.Count; i++)
        {
            if (ListenAddress.TryParse(data[i], out var address) is { } problem)
            {
                errors.Add(problem, Section, "Listen", i.ToString());
            }
            else if (address!.IsHttps && !hasCertificate)
            {
                errors.Add(NoCertificate, Section, "Listen", i.ToString());
            }
            else if (data.Take(i).Contains(data[i], StringComparer.OrdinalIgnoreCase) && address.Port != 0)
            {
                errors.Add($"'{data[i]}' is listed twice", Section, "Listen", i.ToString());
            }
        }

        if (ListenAddress.TryParse(options.Admin.Listen, out var admin) is { } adminProblem)
        {
            errors.Add(adminProblem, Section, "Admin", "Listen");
        }
        else if (admin!.IsHttps && !hasCertificate)
        {
            errors.Add(NoCertificate, Section, "Admin", "Listen");
        }
        else if (admin.Port != 0 && data.Any(text => ListenAddress.TryParse(text, out var address) is null && address!.Port == admin.Port))
        {
            errors.Add($"port {admin.Port} is a data listener's already; the admin listener needs a port of its own", Section, "Admin", "Listen");
        }

        AdminTokenRule.Check(options.Admin, errors);
        errors.CheckRange(options.DrainDelay, TimeSpan.Zero, TimeSpan.FromDays(1), [Section, "DrainDelay"], "zero to one day");
        errors.CheckRange(options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), [Section, "DrainTimeout"], "zero to one day");
        errors.CheckRange(
            options.AccessLog.SlowerThan, TimeSpan.FromTicks(1), TimeSpan.FromDays(1), [Section, "AccessLog", "SlowerThan"], "above zero to one day");
        if (options.StateDirectory is { } directory && !Directory.Exists(directory))
        {
            errors.Add($"the directory '{directory}' is not there; make it, writable for us", Section, "StateDirectory");
        }

        DiscoveryRule.CheckZone(options.Zone, [Section], errors);
        errors.CheckRange(options.RetryBodyBytesMax, 0, AmbassadorOptions.RetryBodyBytesLimit, [Section, "RetryBodyBytesMax"]);
    }
}
