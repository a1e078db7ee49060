using ApiAmbassador.Configuration;

namespace ApiAmbassador.Discovery;

/// <summary>Whether a file may be opened and read, asked before either is done.</summary>
internal static class TargetFile
{
    /// <summary>What is wrong, as the end of a sentence about the file; else null.</summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="bytesMax">The most that may be read.</param>
    /// <param name="length">How long it is, in bytes; at least 1 where nothing is wrong.</param>
    /// <exception cref="IOException">It is not there, is a link in a circle, or its file system fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static string? Problem(string path, int bytesMax, out int length)
    {
        length = 0;
        if (Directory.Exists(path))
        {
            return "is a directory";
        }

        switch (OrdinaryFile.LengthOf(path))
        {
            case 0:
                return $"{OrdinaryFile.IsNone}; a list of nobody is written as []";
            case var bytes when bytes > bytesMax:
                return $"is larger than {TargetGroups.BytesMax / 1024 / 1024} MiB, or the files together are";
            case var bytes:
                length = (int)bytes;
                return null;
        }
    }
}
