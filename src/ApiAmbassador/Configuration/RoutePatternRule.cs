using System.Globalization;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace ApiAmbassador.Configuration;

/// <summary>
/// What a route may match. YARP reads the pattern; constraints and hosts are read by the framework only when the first request comes,
/// and a mistake there would fail that request and every other.
/// </summary>
internal sealed class RoutePatternRule(ParameterPolicyFactory constraints)
{
    /// <summary>Reports what the framework would throw for.</summary>
    public void Check(RouteConfig config, ErrorList errors)
    {
        if (config.Match is not { } match)
        {
            return;
        }

        foreach (var host in match.Hosts ?? [])
        {
            if (!string.IsNullOrEmpty(host) && !IsHost(host))
            {
                errors.Add($"'{host}' is not a host to match; write example.com, *.example.com, example.com:8080 or *:8080", "ReverseProxy", "Routes", config.RouteId, "Match", "Hosts");
            }
        }

        try
        {
            var pattern = RoutePatternFactory.Parse(string.IsNullOrEmpty(match.Path) ? "/" : match.Path);
            foreach (var (name, references) in pattern.ParameterPolicies)
            {
                foreach (var reference in references)
                {
                    constraints.Create(pattern.GetParameter(name), reference);
                }
            }
        }
        catch (RoutePatternException)
        {
            // YARP's validator says this one.
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or RouteCreationException)
        {
            errors.Add(e.Message, "ReverseProxy", "Routes", config.RouteId, "Match", "Path");
        }
    }

    private static bool IsHost(string host)
    {
        var colon = host.LastIndexOf(':');
        var name = colon < 0 || host.EndsWith(']') ? host : host[..colon];
        var portIsGood = name.Length == host.Length
            || host[(colon + 1)..] == "*"
            || (int.TryParse(host[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535);
        return portIsGood && name.Length > 0 && (name.StartsWith('[') || !name.Contains(':')) && name.LastIndexOf('*') <= 0;
    }
}
