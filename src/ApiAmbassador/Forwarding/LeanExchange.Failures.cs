using ApiAmbassador.Forwarding.Http1;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Forwarding;

/// <summary>What is told of an exchange that failed, and to whom.</summary>
internal sealed partial class LeanExchange
{
    private static ForwarderError ErrorOf(BodyEnd end) => end switch
    {
        BodyEnd.Caller => ForwarderError.RequestBodyClient,
        BodyEnd.Destination => ForwarderError.RequestBodyDestination,
        _ => ForwarderError.RequestBodyCanceled,
    };

    /// <summary>No answer came.</summary>
    private async ValueTask<ForwarderError> RequestFailedAsync(Exception e)
    {
        var cause = _connection?.Cause ?? CutCause.None;
        if (_connection is { IsReused: true, HasAnswered: false } && cause == CutCause.None && e is IOException)
        {
            e = new ReusedConnectionException(e);
        }

        // What the sender of the body says counts if it had ended before, was cut with all the rest, or was not done when the destination went.
        var counts = _body is { IsCompleted: true }
            || cause is CutCause.Cancelled or CutCause.Idle
            || e is IOException and not HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse };
        _connection?.Cut(CutCause.GivenUp);
        BodySent? sent = _body is not null && await _body is var ended && counts ? ended : null;
        if (sent is { End: BodyEnd.Cut } && cause == CutCause.None)
        {
            sent = new BodySent(BodyEnd.Destination, e);
        }

        if (IsCancelled)
        {
            var status = context.RequestAborted.IsCancellationRequested ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway;
            return sent is { End: BodyEnd.Cut, Exception: { } cut }
                ? Fails(ForwarderError.RequestBodyCanceled, new AggregateException(e, cut), status)
                : Fails(ForwarderError.RequestCanceled, e, status);
        }

        if (sent is { End: BodyEnd.Caller or BodyEnd.Destination } failed)
        {
            return FailsBySending(failed, e);
        }

        if (cause == CutCause.Idle || e is OperationCanceledException)
        {
            return Fails(ForwarderError.RequestTimedOut, e is OperationCanceledException ? e : new OperationCanceledException(e.Message, e), StatusCodes.Status504GatewayTimeout);
        }

        return Fails(e is UriFormatException ? ForwarderError.RequestCreation : ForwarderError.Request, e, StatusCodes.Status502BadGateway);
    }

    /// <summary>The answer's body could not be passed to its end.</summary>
    private async ValueTask<ForwarderError> BodyFailedAsync(Http1Connection connection, ForwarderError error, Exception e)
    {
        var isCancelled = IsCancelled;
        var hasEnded = _body is { IsCompleted: true };
        connection.Cut(CutCause.GivenUp);
        if (hasEnded && await _body! is { End: BodyEnd.Caller or BodyEnd.Destination } sent)
        {
            return FailsBySending(sent, e);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
        }

        return Fails(isCancelled ? ForwarderError.ResponseBodyCanceled : error, e, StatusCodes.Status502BadGateway, isCancelled);
    }

    private ForwarderError FailsBySending(BodySent sent, Exception e)
    {
        var (isIdle, failure) = (_connection!.Cause == CutCause.Idle, sent.Exception!);
        if (sent.End == BodyEnd.Destination && _connection is { IsReused: true, HasAnswered: false })
        {
            failure = new ReusedConnectionException(failure);
        }

        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
        }

        var status = (sent.End, isIdle, failure) switch
        {
            (BodyEnd.Caller, true, _) => StatusCodes.Status408RequestTimeout,
            (BodyEnd.Caller, _, BadHttpRequestException bad) => bad.StatusCode,
            (BodyEnd.Caller, _, _) => StatusCodes.Status400BadRequest,
            (_, true, _) => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status502BadGateway,
        };
        return Fails(ErrorOf(sent.End), new AggregateException(failure, e), status);
    }

    /// <summary>Tells what went wrong; a response that has begun is broken off, so that nobody takes it for whole.</summary>
    private ForwarderError Fails(ForwarderError error, Exception exception, int status, bool isCancelled = false)
    {
        // RFC 9113, section 7; YARP has them the other way round.
        const int Cancel = 8, InternalError = 2;
        context.Features.Set<IForwarderErrorFeature>(new ForwardingError(error, exception));
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
        }
        else if (context.Find<IHttpResetFeature>() is { } reset)
        {
            reset.Reset(isCancelled ? Cancel : InternalError);
        }
        else
        {
            context.Abort();
        }

        return error;
    }
}
