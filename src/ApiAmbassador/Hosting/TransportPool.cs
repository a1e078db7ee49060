using System.Buffers;
using System.Runtime.InteropServices;

namespace ApiAmbassador.Hosting;

/// <summary>Blocks of one size. Who was given back last goes out first, as it is still in the processor's cache.</summary>
internal sealed class TransportPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block: what HAProxy has for a buffer, and TLS for a record.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>What nobody wanted for so long is given up.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stack<Block> _free = new();
    private readonly ITimer _timer;
    private int _unwanted;

    /// <summary>An empty one.</summary>
    public TransportPool(TimeProvider time) => _timer = time.CreateTimer(pool => ((TransportPool)pool!).GiveUp(), this, Rest, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <summary>How many blocks wait for somebody.</summary>
    public int Free
    {
        get
        {
            lock (_lock)
            {
                return _free.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        lock (_lock)
        {
            if (_free.TryPop(out var block))
            {
                _unwanted = Math.Min(_unwanted, _free.Count);
                block.IsRented = true;
                return block;
            }
        }

        return new Block(this);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _timer.Dispose();
        lock (_lock)
        {
            _free.Clear();
        }
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (block.IsRented)
            {
                block.IsRented = false;
                _free.Push(block);
            }
        }
    }

    /// <summary>Half of what was free all the time: a load that comes and goes keeps most of it.</summary>
    private void GiveUp()
    {
        lock (_lock)
        {
            for (var i = (_unwanted + 1) / 2; i > 0; i--)
            {
                _free.Pop();
            }

            _unwanted = _free.Count;
        }

        _timer.Change(Rest, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Pinned for good, as the system writes into it while the collector works.</summary>
    private sealed class Block(TransportPool pool) : IMemoryOwner<byte>
    {
        /// <summary>Whether somebody has it: who gives it back twice must not make it two.</summary>
        public bool IsRented { get; set; } = true;

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true), 0, BlockBytes);

        public void Dispose() => pool.Return(this);
    }
}
