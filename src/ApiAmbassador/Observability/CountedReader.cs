using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.Observability;

/// <summary>Passes a reader on and counts what is taken from it.</summary>
internal sealed class CountedReader : PipeReader
{
    private PipeReader _inner = Create(Stream.Null);
    private ReadOnlySequence<byte> _last;

    /// <summary>Bytes that were taken.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Takes another reader, and counts from 0.</summary>
    public void Reset(PipeReader inner) => (_inner, _last, BytesRead) = (inner, default, 0);

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var reading = _inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new ValueTask<ReadResult>(See(reading.GetAwaiter().GetResult())) : SeeAsync(reading);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        var hasRead = _inner.TryRead(out result);
        See(result);
        return hasRead;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed)
    {
        BytesRead += _last.Slice(0, consumed).Length;
        _inner.AdvanceTo(consumed);
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        BytesRead += _last.Slice(0, consumed).Length;
        _inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => _inner.CancelPendingRead();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => _inner.Complete(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> SeeAsync(ValueTask<ReadResult> reading) => See(await reading);

    private ReadResult See(ReadResult result)
    {
        _last = result.Buffer;
        return result;
    }
}
