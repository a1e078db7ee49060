using System.Runtime.InteropServices;
using System.Text;

namespace ApiAmbassador.Tests.Support;

/// <summary>What the library does not do with files.</summary>
internal static class LibC
{
    private const uint OwnerReadsAndWrites = 0x180;

    /// <summary>Makes a FIFO, which whoever opens it to read waits at until somebody writes.</summary>
    public static void MakeFifo(string path) => mkfifo(Text(path), OwnerReadsAndWrites).ShouldBe(0);

    /// <summary>Renames in one step, over what is there.</summary>
    public static void Rename(string from, string to) => rename(Text(from), Text(to)).ShouldBe(0);

    private static byte[] Text(string path) => Encoding.UTF8.GetBytes(path + '\0');

#pragma warning disable IDE1006, SYSLIB1054, CA5392 // The C library's own names, and no marshalling to generate.
    [DllImport("libc")]
    private static extern int mkfifo(byte[] path, uint mode);

    [DllImport("libc")]
    private static extern int rename(byte[] from, byte[] to);
#pragma warning restore IDE1006, SYSLIB1054, CA5392
}
