using System.Security.Cryptography;
using System.Text;

namespace ApiAmbassador.Configuration;

/// <summary>
/// The content of all files that settings are read from, as one hash: equal as long as nothing has changed, whatever events and times of files say.
/// A bind mount may send no event, and a tool may keep the time of what it writes.
/// </summary>
internal static class ConfigContent
{
    /// <summary>The hash; never throws for what is missing or cannot be read, which is content as well.</summary>
    public static string Of(ConfigSources sources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in ConfigGatherer.SettingsFiles(sources))
        {
            Append(hash, file);
        }

        var (directory, _) = ConfigGatherer.DirectoryOf(sources);
        try
        {
            foreach (var file in ConfigGatherer.RouteFilesIn(directory))
            {
                Append(hash, file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(e.GetType().Name));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A file's name, and its content or why there is none. What is too large to be read has its size, and so has what is none.</summary>
    private static void Append(IncrementalHash hash, string path)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(path));
        try
        {
            var length = OrdinaryFile.LengthOf(path);
            if (length is 0 or > JsonFile.BytesMax)
            {
                hash.AppendData(BitConverter.GetBytes(length));
                return;
            }

            using var file = OrdinaryFile.Open(path);
            hash.AppendData(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(e.GetType().Name));
        }
    }
}
