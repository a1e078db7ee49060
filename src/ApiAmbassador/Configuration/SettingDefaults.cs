using System.Reflection;
using ApiAmbassador.Balancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The default of every setting that has one. Ours are the values that our option types are born with. YARP's are not in its
/// types (a setting that nobody wrote is null there), so they are written down here, each with the place in YARP 2.1.0 that decides it.
/// </summary>
internal static class SettingDefaults
{
    private static readonly Dictionary<(Type, string), string> Yarp = new()
    {
        // ProxyEndpointFactory.AddEndpoint: GetValueOrDefault.
        [(typeof(RouteConfig), nameof(RouteConfig.Order))] = "0",

        // Ours: SnapshotBuilder names a policy where nobody did, so that YARP's default is not asked for.
        [(typeof(ClusterConfig), nameof(ClusterConfig.LoadBalancingPolicy))] = PeakEwmaPolicy.PolicyName,

        // ProxyEndpoints and middleware take Enabled for true only where it says so; SessionAffinityMiddleware names the policies.
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.Enabled))] = "false",
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.Policy))] = "HashCookie",
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.FailurePolicy))] = "Redistribute",

        // AffinityHelpers.CreateCookieOptions.
        [(typeof(SessionAffinityCookieConfig), nameof(SessionAffinityCookieConfig.Path))] = "/",
        [(typeof(SessionAffinityCookieConfig), nameof(SessionAffinityCookieConfig.HttpOnly))] = "true",
        [(typeof(SessionAffinityCookieConfig), nameof(SessionAffinityCookieConfig.IsEssential))] = "false",

        // ActiveHealthCheckMonitor and ActiveHealthCheckMonitorOptions. The policy is ours: SnapshotBuilder.
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Enabled))] = "false",
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Interval))] = "00:00:15",
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Timeout))] = "00:00:10",

        // PassiveHealthCheckMiddleware, TransportFailureRateHealthPolicy.
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Enabled))] = "false",
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy))] = "TransportFailureRate",
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.ReactivationPeriod))] = "00:01:00",

        // ForwarderHttpClientFactory, and SocketsHttpHandler where that sets nothing.
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.DangerousAcceptAnyServerCertificate))] = "false",
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.EnableMultipleHttp2Connections))] = "true",
        [(typeof(HttpClientConfig), nameof(HttpClientConfig.MaxConnectionsPerServer))] = int.MaxValue.ToString(),

        // HttpForwarder: DefaultTimeout, DefaultVersion, DefaultVersionPolicy; StreamCopyHttpContent flushes unless buffering is asked for.
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.ActivityTimeout))] = "00:01:40",
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.Version))] = "2.0",
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.VersionPolicy))] = "RequestVersionOrLower",
        [(typeof(ForwarderRequestConfig), nameof(ForwarderRequestConfig.AllowResponseBuffering))] = "false",
    };

    /// <summary>A setting's default as text, or the items of a list; null where it has none.</summary>
    public static IReadOnlyList<string>? Of(ConfigShape shape)
    {
        if (shape.Source is not { ReflectedType: { } type } property) // Not the declaring one: what several have in common may have other defaults in each.
        {
            return null;
        }

        return Yarp.TryGetValue((type, property.Name), out var yarp) ? [yarp] : Texts(property.GetValue(Activator.CreateInstance(type)));
    }

    /// <summary>
    /// Whether something below a section that nobody wrote has a default all the same. A section of ours that is null until somebody
    /// writes it is switched off; YARP's are all null, and its defaults hold.
    /// </summary>
    public static bool AnyBelow(ConfigShape shape) => shape switch
    {
        ConfigShape.Object known => !IsOff(shape.Source) && known.Properties.Values.Any(AnyBelow),
        ConfigShape.Scalar or ConfigShape.List => Of(shape) is not null,
        _ => false,
    };

    private static bool IsOff(PropertyInfo? property) =>
        property is { ReflectedType: { } type } && type.Assembly == typeof(SettingDefaults).Assembly && property.GetValue(Activator.CreateInstance(type)) is null;

    private static IReadOnlyList<string>? Texts(object? value) => value switch
    {
        null => null,
        IReadOnlyList<string> list => list.Count == 0 ? null : list,
        string text => [text],
        bool flag => [flag ? "true" : "false"],
        TimeSpan time => [time.ToString(time.Milliseconds == 0 ? "c" : @"hh\:mm\:ss\.fff")], // No default is finer than that, or a day.
        int or long or double or Enum => [value.ToString()!],
        _ => null, // A section or a map: what stands in it is shown by itself.
    };
}
