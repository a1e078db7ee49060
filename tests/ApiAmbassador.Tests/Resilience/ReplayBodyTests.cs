using System.Collections.Frozen;
using System.IO.Pipelines;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;

namespace ApiAmbassador.Tests.Resilience;

public class ReplayBodyTests
{
    private readonly SnapshotStore _snapshots = new();
    private readonly ReplayMemory _memory;

    public ReplayBodyTests() => _memory = new ReplayMemory(_snapshots);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, 1L)]
    [InlineData(10_000, null)]
    [InlineData(65_536, 65_536L)]
    [InlineData(65_536, null)]
    public async Task Rewind_afterTheWholeBody_givesItAgain(int bytes, long? length)
    {
        var sent = Bytes(bytes);
        var body = new ReplayBody(Client(sent, pieces: 1_000), length, bytesMax: 65_536, _memory);
        (await ReadAsync(body)).ShouldBe(sent);

        body.CanRewind.ShouldBeTrue();
        body.Rewind();

        (await ReadAsync(body)).ShouldBe(sent);
        body.Rewind();
        (await ReadAsync(body)).ShouldBe(sent);
    }

    [Fact]
    public async Task Rewind_inTheMiddle_givesTheCopyAndThenTheRest()
    {
        var sent = Bytes(5_000);
        var body = new ReplayBody(Client(sent, pieces: 700), length: null, bytesMax: 65_536, _memory);
        await body.ReadExactlyAsync(new byte[1_234], TestContext.Current.CancellationToken);

        body.Rewind();

        (await ReadAsync(body)).ShouldBe(sent);
    }

    [Fact]
    public async Task BodyAboveTheBound_streamsThroughAndIsLost()
    {
        var sent = Bytes(3_000);
        var body = new ReplayBody(Client(sent, pieces: 500), length: null, bytesMax: 2_999, _memory);

        body.CanRewind.ShouldBeTrue();
        (await ReadAsync(body)).ShouldBe(sent);

        body.CanRewind.ShouldBeFalse();
        _memory.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task BodyThatOutgrowsItsBoundInTheSecondAttempt_isGivenWhole()
    {
        var sent = Bytes(5_000);
        var body = new ReplayBody(Client(sent, pieces: 1_000), length: null, bytesMax: 4_000, _memory);
        await body.ReadExactlyAsync(new byte[2_000], TestContext.Current.CancellationToken);

        body.Rewind();

        (await ReadAsync(body)).ShouldBe(sent);
        body.CanRewind.ShouldBeFalse();
    }

    [Fact]
    public async Task BodyForWhichThereIsNoMemory_streamsThroughAndIsLost()
    {
        Limit(4_096);
        var first = new ReplayBody(Client(Bytes(4_000), pieces: 4_000), length: 4_000, bytesMax: 65_536, _memory);
        await ReadAsync(first);
        var second = new ReplayBody(Client(Bytes(4_000), pieces: 4_000), length: 4_000, bytesMax: 65_536, _memory);

        (await ReadAsync(second)).Length.ShouldBe(4_000);

        first.CanRewind.ShouldBeTrue();
        second.CanRewind.ShouldBeFalse();
        first.Release(requestEnded: true);
        _memory.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task Untouched_untilSomebodyReads()
    {
        var body = new ReplayBody(Client(Bytes(1), pieces: 1), length: 1, bytesMax: 0, _memory);
        body.IsUntouched.ShouldBeTrue();
        body.CanRewind.ShouldBeTrue();

        await body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);

        body.IsUntouched.ShouldBeFalse();
        body.CanRewind.ShouldBeFalse();
    }

    [Fact]
    public async Task CancelledRead_leavesTheBodyToTheNextAttempt()
    {
        var pipe = new Pipe();
        var body = new ReplayBody(pipe.Reader, length: null, bytesMax: 65_536, _memory);
        await pipe.Writer.WriteAsync(new byte[] { 1, 2 }, TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[2], TestContext.Current.CancellationToken);
        using (var ending = new CancellationTokenSource())
        {
            var waiting = body.ReadAsync(new byte[10], ending.Token).AsTask();
            await ending.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(waiting);
        }

        pipe.Reader.CancelPendingRead(); // One that came too late is no business of the next attempt's.
        await pipe.Writer.WriteAsync(new byte[] { 3 }, TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();
        body.Rewind();

        (await ReadAsync(body)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Release_whileAnAttemptIsStillReading_waitsForTheRequestsEnd()
    {
        var body = new ReplayBody(Client(Bytes(2_000), pieces: 1_000), length: 2_000, bytesMax: 65_536, _memory);
        await ReadAsync(body);
        body.Rewind();
        await body.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);

        body.Release(requestEnded: false);
        _memory.Taken.ShouldBeGreaterThan(0);
        (await ReadAsync(body)).Length.ShouldBe(1_990);

        body.CanRewind.ShouldBeFalse();
        body.Release(requestEnded: true);
        _memory.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task Release_afterTheEnd_givesTheMemoryBackAtOnce()
    {
        var body = new ReplayBody(Client(Bytes(2_000), pieces: 1_000), length: 2_000, bytesMax: 65_536, _memory);
        await ReadAsync(body);
        _memory.Taken.ShouldBeGreaterThanOrEqualTo(2_000);

        body.Release(requestEnded: false);

        _memory.Taken.ShouldBe(0);
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[600];
        int count;
        while ((count = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    private void Limit(long bytes) => _snapshots.Swap(new Snapshot(
        1, "", new AmbassadorOptions { RetryBodyBytesMax = bytes },
        FrozenDictionary<string, RouteSnapshot>.Empty, FrozenDictionary<string, ClusterSnapshot>.Empty));

    /// <summary>A body that comes in pieces, and can be read once.</summary>
    private static PipeReader Client(byte[] bytes, int pieces)
    {
        var pipe = new Pipe();
        _ = SendAsync();
        return pipe.Reader;

        async Task SendAsync()
        {
            foreach (var piece in bytes.Chunk(pieces))
            {
                await Task.Yield();
                await pipe.Writer.WriteAsync(piece, TestContext.Current.CancellationToken);
            }

            await pipe.Writer.CompleteAsync();
        }
    }
}
