using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ApiAmbassador.Configuration;

/// <summary>A hash of everything that was written: the same content is not applied twice.</summary>
internal static class ConfigFingerprint
{
    /// <summary>
    /// Keys and values in the order written, each with its length, so that no two configurations run together into one text. Of what is empty, and of
    /// null, it knows no more than readers do.
    /// </summary>
    public static string Of(ConfigNode root)
    {
        using var hash = new Pieces();
        Append(hash, root);
        return hash.ToString()[..16];
    }

    private static void Append(Pieces hash, ConfigNode node)
    {
        Append(hash, node.Value);
        for (var i = 0; node.At(i) is ({ } key, { } child); i++)
        {
            Append(hash, key);
            Append(hash, child);
        }

        Append(hash, text: null); // The end of what is below.
    }

    private static void Append(Pieces hash, string? text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text?.Length ?? -1);
        hash.Append(length);
        hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    /// <summary>SHA-256 of many small pieces, handed on in large ones: each costs a call into the system's library, more than its bytes do.</summary>
    private sealed class Pieces : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly byte[] _bytes = new byte[8192];
        private int _count;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length > _bytes.Length - _count)
            {
                Flush();
            }

            if (bytes.Length > _bytes.Length)
            {
                _hash.AppendData(bytes);
                return;
            }

            bytes.CopyTo(_bytes.AsSpan(_count));
            _count += bytes.Length;
        }

        public override string ToString()
        {
            Flush();
            return Convert.ToHexStringLower(_hash.GetCurrentHash());
        }

        public void Dispose() => _hash.Dispose();

        private void Flush()
        {
            _hash.AppendData(_bytes.AsSpan(0, _count));
            _count = 0;
        }
    }
}
