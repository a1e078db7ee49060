namespace ApiAmbassador.Hosting;

/// <summary>The framework's setting <c>AllowedHosts</c>: hosts that requests may name, separated by semicolons.</summary>
internal static class HostFilter
{
    /// <summary>Whether it names any; <c>*</c> and nothing mean every host.</summary>
    public static bool IsOn(IConfiguration configuration) => Hosts(configuration).Length > 0;

    /// <summary>Registers the framework's filter for the hosts it names.</summary>
    public static void AddHostFilter(this IServiceCollection services, IConfiguration configuration)
    {
        var hosts = Hosts(configuration);
        if (hosts.Length > 0)
        {
            services.AddHostFiltering(options => options.AllowedHosts = hosts);
        }
    }

    private static string[] Hosts(IConfiguration configuration)
    {
        var hosts = (configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return hosts.Contains("*") ? [] : hosts;
    }
}
