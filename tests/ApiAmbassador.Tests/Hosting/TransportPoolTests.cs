using ApiAmbassador.Hosting;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Hosting;

public class TransportPoolTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void WhatWasGivenBackLast_goesOutFirst()
    {
        using var pool = new TransportPool(_time);
        var (first, second) = (pool.Rent(), pool.Rent());
        first.Dispose();
        second.Dispose();

        pool.Rent().ShouldBeSameAs(second);
        pool.Rent().ShouldBeSameAs(first);
    }

    /// <summary>A whole block for whoever asks for a part of one: Kestrel always asks for 4 KiB.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(4096)]
    [InlineData(TransportPool.BlockBytes)]
    public void Rent_givesAWholeBlock(int atLeast)
    {
        using var pool = new TransportPool(_time);

        pool.Rent(atLeast).Memory.Length.ShouldBe(TransportPool.BlockBytes);
    }

    /// <summary>Kestrel takes what is larger from elsewhere, as <see cref="System.Buffers.MemoryPool{T}.MaxBufferSize"/> tells it.</summary>
    [Fact]
    public void Rent_refusesMoreThanABlock()
    {
        using var pool = new TransportPool(_time);

        pool.MaxBufferSize.ShouldBe(TransportPool.BlockBytes);
        Should.Throw<ArgumentOutOfRangeException>(() => pool.Rent(TransportPool.BlockBytes + 1));
    }

    /// <summary>Two callers must never have one block.</summary>
    [Fact]
    public void GivenBackTwice_isOneBlock()
    {
        using var pool = new TransportPool(_time);
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();

        pool.Free.ShouldBe(1);
    }

    [Fact]
    public void WhatNobodyWants_isGivenUp_halfAtATime()
    {
        using var pool = new TransportPool(_time);
        GiveBack(Take(pool, 100));

        _time.Advance(TransportPool.Rest);
        pool.Free.ShouldBe(100); // They were wanted a moment ago.

        _time.Advance(TransportPool.Rest);
        pool.Free.ShouldBe(50);

        _time.Advance(10 * TransportPool.Rest);
        pool.Free.ShouldBe(0);
    }

    [Fact]
    public void WhatIsWantedNowAndThen_stays()
    {
        using var pool = new TransportPool(_time);
        GiveBack(Take(pool, 100));
        _time.Advance(TransportPool.Rest);

        for (var i = 0; i < 20; i++)
        {
            GiveBack(Take(pool, 80));
            _time.Advance(TransportPool.Rest);
        }

        pool.Free.ShouldBe(80);
    }

    [Fact]
    public void FromManyThreads_eachBlockHasOneOwner()
    {
        using var pool = new TransportPool(_time);
        var twice = 0;
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, mark =>
        {
            for (var i = 0; i < 2000; i++)
            {
                using var block = pool.Rent();
                block.Memory.Span[0] = (byte)mark;
                Thread.SpinWait(20);
                if (block.Memory.Span[0] != (byte)mark)
                {
                    Interlocked.Increment(ref twice);
                }
            }
        });

        twice.ShouldBe(0);
        pool.Free.ShouldBeInRange(1, 8);
    }

    private static List<IDisposable> Take(TransportPool pool, int count) => [.. Enumerable.Range(0, count).Select(_ => pool.Rent())];

    private static void GiveBack(List<IDisposable> blocks) => blocks.ForEach(block => block.Dispose());
}
