using System.Buffers;
using System.Runtime.CompilerServices;

namespace ApiAmbassador.Forwarding.Http1;

/// <summary>The bytes that come, and the room for them.</summary>
internal sealed partial class Http1Connection
{
    private static HttpRequestException TooLarge() =>
        new(HttpRequestError.ConfigurationLimitExceeded, $"The headers of the answer have more than {HeadBytesMax} bytes.");

    /// <summary>Reads what has come, or waits for something. Whoever waits says by <see cref="HasCome"/> how much it was: what waits in between costs every request.</summary>
    private ValueTask<int> ReadAsync()
    {
        if (_readsAhead)
        {
            _readsAhead = false;
            return _ahead;
        }

        if (_start < _end)
        {
            MakeRoom();
        }
        else if (_readsMuch)
        {
            return ReadMuchAsync();
        }
        else
        {
            ReturnLarge();
            (_start, _end) = (0, 0);
        }

        return _stream.ReadAsync(_input.AsMemory(_end), CancellationToken.None);
    }

    /// <summary>So many bytes have come; false at the end of the connection.</summary>
    private bool HasCome(int count)
    {
        if (count == 0 && Cause != CutCause.None)
        {
            throw new OperationCanceledException("The exchange was cut.");
        }

        _end += count;
        _readsMuch = _end >= SmallBytes;
        HasAnswered |= count > 0;
        return count > 0;
    }

    /// <summary>
    /// A large buffer for whoever fills the small one, for as long as that goes on: most answers are small, and most long ones slow. None while there is
    /// nothing to read.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadMuchAsync()
    {
        if (!_stream.DataAvailable)
        {
            ReturnLarge();
            var something = _stream.ReadAsync(Memory<byte>.Empty, CancellationToken.None);
            await something;
        }

        if (ReferenceEquals(_input, _small))
        {
            _input = ArrayPool<byte>.Shared.Rent(LargeBytes);
        }

        (_start, _end) = (0, 0);
        return await _stream.ReadAsync(_input, CancellationToken.None);
    }

    /// <summary>Room behind what is there.</summary>
    private void MakeRoom()
    {
        if (_start > 0 && _end == _input.Length)
        {
            _input.AsSpan(_start.._end).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _input.Length)
        {
            if (_end >= HeadBytesMax)
            {
                throw TooLarge();
            }

            var larger = ArrayPool<byte>.Shared.Rent(2 * _input.Length);
            _input.AsSpan(0, _end).CopyTo(larger);
            ReturnLarge();
            _input = larger;
        }
    }

    private void ReturnLarge()
    {
        if (!ReferenceEquals(_input, _small))
        {
            ArrayPool<byte>.Shared.Return(_input);
            _input = _small;
        }
    }
}
