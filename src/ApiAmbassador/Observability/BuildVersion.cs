using System.Reflection;

namespace ApiAmbassador.Observability;

/// <summary>What this program was built from.</summary>
internal static class BuildVersion
{
    private const int CommitLength = 12;

    private static readonly string[] Parts =
        (typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+');

    /// <summary>The version.</summary>
    public static string Version => Parts[0];

    /// <summary>The commit, shortened; empty where the build did not know it.</summary>
    public static string Commit { get; } = Parts.Length > 1 ? Parts[1][..Math.Min(CommitLength, Parts[1].Length)] : "";
}
