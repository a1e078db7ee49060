namespace ApiAmbassador.Configuration;

/// <summary>Files that somebody else puts there: what stands under a name may be anything.</summary>
internal static class OrdinaryFile
{
    /// <summary>What is wrong with a file whose <see cref="LengthOf"/> is 0, as the end of a sentence about it.</summary>
    public const string IsNone = "is empty or no ordinary file";

    /// <summary>
    /// How long a file is, in bytes, asked before it is opened. Opening a FIFO would wait for its writer and reading a device would never end: neither has
    /// a length, nor has a socket. (What <c>/proc</c> makes up has none either, and is no place for what we read.)
    /// </summary>
    /// <param name="path">The file, or a link to it.</param>
    /// <exception cref="IOException">It is not there, is a link in a circle, or its file system fails.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static long LengthOf(string path)
    {
        // Kubernetes mounts links to links; the length is that of what stands at their end.
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        return file.Length;
    }

    /// <summary>Opens a file to be read without locking it: whoever is about to write it must not be refused because we look.</summary>
    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
