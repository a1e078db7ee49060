namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>The product, with its defaults in everything that it does not have to be told.</summary>
/// <param name="name">The peer's name.</param>
/// <param name="passthrough">Whether retries, breakers and limits are switched off.</param>
/// <param name="program">The directory of a published product; null for the one that is built beside this program.</param>
internal sealed class AmbassadorPeer(string name, bool passthrough, string? program = null) : IPeer
{
    private readonly string _assembly = Path.Combine(program ?? AppContext.BaseDirectory, "ApiAmbassador.dll");

    public string Name => name;

    // Without its own runtimeconfig the host would fall back to other GC settings, and the comparison would be of those.
    public string? Missing => File.Exists(_assembly) && File.Exists(Path.ChangeExtension(_assembly, ".runtimeconfig.json"))
        ? null
        : $"build the whole solution ({_assembly} and its runtimeconfig.json are not there)";

    public bool CompilesAsItRuns => true;

    public ChildStart Prepare(PeerTask task, string directory)
    {
        YarpFile.Write(directory, task);
        var address = task.FreeAddress();
        var admin = Loopback.FreeAddress();
        return new ChildStart(DotnetHost.Path, ["exec", _assembly, "run", "--config", directory], address, Ready: new Uri(admin, "readyz"))
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Ambassador__Listen__0"] = WithoutSlash(address),
                ["Ambassador__Admin__Listen"] = WithoutSlash(admin),
                ["Ambassador__Passthrough"] = passthrough ? "true" : "false",
            },
        };
    }

    private static string WithoutSlash(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
