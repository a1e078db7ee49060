namespace ApiAmbassador.Benchmarks.Peers;

internal static class DotnetHost
{
    /// <summary>The <c>dotnet</c> that runs the .NET peers: the one that started us when it says so, else the first on the path.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
}
