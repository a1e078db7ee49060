namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The product, as it is built beside this program and as a user starts it with nothing but environment variables.</summary>
/// <param name="name">The peer's name.</param>
/// <param name="passthrough">Whether retries, breakers and limits are switched off.</param>
internal sealed class AmbassadorPeer(string name, bool passthrough) : IPeer
{
    private static readonly string s_assembly = Path.Combine(AppContext.BaseDirectory, "ApiAmbassador.dll");

    public string Name => name;

    // Without its own runtimeconfig the host would fall back to other GC settings, and the comparison would be of those.
    public string? Missing => File.Exists(s_assembly) && File.Exists(Path.ChangeExtension(s_assembly, ".runtimeconfig.json"))
        ? null
        : "build the whole solution (ApiAmbassador.dll and its runtimeconfig.json are not beside the benchmarks)";

    public ChildStart Prepare(Uri origin, string directory)
    {
        var address = Loopback.FreeAddress();
        var admin = Loopback.FreeAddress();
        return new ChildStart(DotnetHost.Path, ["exec", s_assembly, "run", "--config", directory], address, Ready: new Uri(admin, "readyz"))
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["AMBASSADOR_DESTINATIONS"] = WithoutSlash(origin),
                ["Ambassador__Listen__0"] = WithoutSlash(address),
                ["Ambassador__Admin__Listen"] = WithoutSlash(admin),
                ["Ambassador__Passthrough"] = passthrough ? "true" : "false",
            },
        };
    }

    private static string WithoutSlash(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
