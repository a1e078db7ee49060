using System.Buffers;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Resilience;

/// <summary>The memory that bodies kept for retries may take, all requests together.</summary>
internal sealed class ReplayMemory(SnapshotStore snapshots)
{
    private long _taken;

    /// <summary>What is taken now, in bytes.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>A buffer of at least so many bytes, or null where that would be too much.</summary>
    public byte[]? TryRent(int bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        if (Interlocked.Add(ref _taken, buffer.Length) <= snapshots.Current.Ambassador.RetryBodyBytesMax)
        {
            return buffer;
        }

        Return(buffer);
        return null;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Add(ref _taken, -buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
