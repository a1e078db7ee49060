namespace ApiAmbassador.Benchmarks.Peers;

/// <summary>A program that is installed by the user.</summary>
/// <param name="name">The name of its executable.</param>
/// <param name="package">The Debian and Ubuntu package that has it.</param>
internal sealed class ExternalTool(string name, string package)
{
    private readonly string? _found = Find(name);

    /// <summary>How to get the tool; null when it is there.</summary>
    public string? Missing => _found is null ? $"install {name} (Debian, Ubuntu: apt-get install {package})" : null;

    /// <summary>The executable.</summary>
    /// <exception cref="InvalidOperationException">The tool is missing.</exception>
    public string Path => _found ?? throw new InvalidOperationException(Missing);

    private static string? Find(string name)
    {
        // Servers are installed where the path of an ordinary user does not look.
        var path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => System.IO.Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
    }
}
