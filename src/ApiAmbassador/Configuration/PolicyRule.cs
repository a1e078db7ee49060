namespace ApiAmbassador.Configuration;

/// <summary>What may be set in <c>Ambassador:Policies</c>.</summary>
internal static class PolicyRule
{
    /// <summary>YARP gives these names a meaning of its own; <c>default</c> of CORS alone can be defined.</summary>
    private static readonly string[] Reserved = ["default", "anonymous", "disable"];

    /// <summary>Reports everything that is wrong with them.</summary>
    public static void Check(PolicyOptions policies, ErrorList errors)
    {
        CheckReserved("Authorization", policies.Authorization.Keys, errors);
        CheckReserved("Cors", policies.Cors.Keys.Where(name => !IsDefault(name)), errors);
        CheckReserved("RateLimiter", policies.RateLimiter.Keys, errors);
        CheckReserved("Timeout", policies.Timeout.Keys, errors);
        CheckReserved("OutputCache", policies.OutputCache.Keys, errors);

        foreach (var (name, cors) in policies.Cors)
        {
            if (cors.Credentials && cors.Origins.Contains("*", StringComparer.Ordinal))
            {
                errors.Add("credentials for every origin would give every web page the user's session; name the origins", Path("Cors", name, "Credentials"));
            }
        }

        foreach (var (name, limiter) in policies.RateLimiter)
        {
            CheckLimiter(name, limiter, errors);
        }

        foreach (var (name, timeout) in policies.Timeout)
        {
            CheckPositive(timeout, Path("Timeout", name), errors);
        }

        foreach (var (name, cache) in policies.OutputCache)
        {
            CheckPositive(cache.Duration, Path("OutputCache", name, "Duration"), errors);
        }
    }

    /// <summary>Whether a CORS policy is the default one.</summary>
    public static bool IsDefault(string name) => name.Equals("default", StringComparison.OrdinalIgnoreCase);

    private static void CheckLimiter(string name, RateLimiterPolicyOptions limiter, ErrorList errors)
    {
        if (limiter.PermitLimit < 1)
        {
            errors.Add($"{limiter.PermitLimit} is out of range: 1 or more", Path("RateLimiter", name, "PermitLimit"));
        }

        if (limiter.QueueLimit < 0)
        {
            errors.Add($"{limiter.QueueLimit} is out of range: 0 or more", Path("RateLimiter", name, "QueueLimit"));
        }

        if (limiter.Kind != RateLimiterKind.Concurrency)
        {
            CheckPositive(limiter.Window, Path("RateLimiter", name, "Window"), errors);
        }
    }

    private static void CheckReserved(string kind, IEnumerable<string> names, ErrorList errors)
    {
        foreach (var name in names.Where(name => Reserved.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            errors.Add($"'{name}' is a name with a meaning of its own; choose another", Path(kind, name));
        }
    }

    private static void CheckPositive(TimeSpan value, string[] path, ErrorList errors)
    {
        if (value <= TimeSpan.Zero)
        {
            errors.Add($"{value:c} is out of range: above zero", path);
        }
    }

    private static string[] Path(params string[] keys) => ["Ambassador", "Policies", .. keys];
}
