using ApiAmbassador.Configuration;

namespace ApiAmbassador.Cli;

/// <summary>Where the admin listener of a running ambassador is: where somebody says, else where its configuration puts it.</summary>
internal static class AdminAddress
{
    /// <summary>Finds it.</summary>
    /// <param name="admin">What was given as <c>--admin</c>, or null.</param>
    /// <param name="configDirectory">What was given as <c>--config</c>, or null.</param>
    /// <returns>The address and, where it is the configuration's, its settings; or what is wrong.</returns>
    public static (Uri? Url, AdminOptions? Options, string? Problem) Find(string? admin, string? configDirectory) =>
        admin is null ? FromConfiguration(ConfigSources.OfProcess(configDirectory)) : FromOption(admin);

    /// <summary>
    /// The address that <c>run</c> has read from the same sources. Errors elsewhere in them are none of ours: a file that is being
    /// edited must not make a healthy process look sick.
    /// </summary>
    private static (Uri?, AdminOptions?, string?) FromConfiguration(ConfigSources sources)
    {
        var options = SnapshotBuilder.Ambassador(ConfigGatherer.Gather(sources)).Admin;
        return ListenAddress.TryParse(options.Listen, out var address) is { } problem ? (null, null, $"Ambassador:Admin:Listen: {problem}")
            : address!.Port == 0 ? (null, null, $"The admin listener takes any free port ({options.Listen}); name the one it has: --admin http://127.0.0.1:PORT")
            : (address.FromHere, options, null);
    }

    private static (Uri?, AdminOptions?, string?) FromOption(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? (url, null, null)
            : (null, null, $"--admin takes a URL, as http://127.0.0.1:9900, not '{SafeText.Address(text)}'");
}
