using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ApiAmbassador.Forwarding.Http1;
using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Forwarding;

/// <summary>
/// One request to a destination, and its answer to the caller:
/// <code>
/// 1. a connection that rests, or a new one      4. the answer's head passes, or is tried again
/// 2. the request's head, its body beside        5. the answer's body
/// 3. the answer's head                          6. its trailers; the rest of the request's body; the connection rests
/// </code>
/// What goes wrong is told as YARP's forwarder tells it: by <see cref="IForwarderErrorFeature"/>, the status, and a response that is broken off.
/// </summary>
internal sealed partial class LeanExchange(HttpContext context, Http1Pool pool, Pace pace, bool isBuffered, PathDecides pathDecides, CancellationToken attempt)
{
    private readonly AttemptLoop? _loop = context.Find<AttemptLoop>();
    private Http1Connection? _connection;
    private Task<BodySent>? _body;

    /// <summary>Whether the caller has left, or the time of the request or the attempt is over.</summary>
    private bool IsCancelled => context.RequestAborted.IsCancellationRequested || attempt.IsCancellationRequested;

    /// <summary>Forwards it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ForwarderError> RunAsync()
    {
        CancellationTokenRegistration whoLeaves = default, whatEnds = default;
        try
        {
            // :: 1. A connection.
            _connection = pool.TryTake() ?? await WaitAsync();
            pace.Moved(_connection);
            whoLeaves = context.RequestAborted.UnsafeRegister(Cut, _connection);
            whatEnds = attempt.UnsafeRegister(Cut, _connection);

            // :: 2 and 3. The request, and the answer's head.
            await SendAsync(_connection);
            await _connection.ReadHeadAsync(HttpMethods.IsHead(context.Request.Method));
            pace.Moved(_connection);

            // :: 4 to 6. The answer.
            return await AnswerAsync(_connection);
        }
        catch (Exception e)
        {
            return await RequestFailedAsync(e);
        }
        finally
        {
            // Whoever is cutting it has to be done with it before others have it.
            whoLeaves.Dispose();
            whatEnds.Dispose();
            if (_connection is { } connection)
            {
                if (_body is not null && !(_body.IsCompletedSuccessfully && _body.Result.End == BodyEnd.Complete))
                {
                    connection.Cut(CutCause.GivenUp);
                    await _body;
                }

                pool.Return(connection);
            }
        }
    }

    private static void Cut(object? connection) => ((Http1Connection)connection!).Cut(CutCause.Cancelled);

    /// <summary>What outer steps have written stays beside it.</summary>
    private static void AddHeader(IHeaderDictionary headers, AnswerHeader header)
    {
        var before = headers[header.Name];
        headers[header.Name] = before.Count == 0 ? header.Value : StringValues.Concat(before, header.Value);
    }

    /// <summary>Has a connection within the cluster's <c>ConnectTimeout</c>, or fails as .NET's client does.</summary>
    private async ValueTask<Http1Connection> WaitAsync()
    {
        var timeout = ConnectTimeout.Of(context.Proxy().Cluster.Config.Metadata);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, attempt);
        cancelling.CancelAfter(timeout);
        try
        {
            return await pool.WaitAsync(timeout, cancelling.Token);
        }
        catch (OperationCanceledException e) when (!IsCancelled)
        {
            throw new OperationCanceledException(e.Message, new TimeoutException($"No connection within {timeout.TotalSeconds} s."));
        }
        catch (SocketException e)
        {
            var error = e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
                ? HttpRequestError.NameResolutionError : HttpRequestError.ConnectionError;
            throw new HttpRequestException(error, $"{e.Message} ({pool.Address.EndPoint.Host}:{pool.Address.EndPoint.Port})", e);
        }
    }

    /// <summary>Sends the request. A body goes beside all the rest: it may be answered before its end.</summary>
    private ValueTask SendAsync(Http1Connection connection)
    {
        RequestHead.Write(connection.Output, context, pool.Address, pathDecides, _loop?.Number ?? 1);
        if (!context.HasBody() || RequestHead.LengthOf(context.Request) == 0)
        {
            return connection.WriteAsync(connection.Output.Written);
        }

        _body = RequestBody.SendAsync(connection, context.Request.Body, RequestHead.LengthOf(context.Request), pace);
        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ForwarderError> AnswerAsync(Http1Connection connection)
    {
        try
        {
            if (!isBuffered)
            {
                context.Find<IHttpResponseBodyFeature>()?.DisableBuffering();
            }

            if (!PassHead(connection.Head))
            {
                connection.TrySkipBody();
                return ForwarderError.None;
            }
        }
        catch (Exception e)
        {
            context.Response.Clear();
            return Fails(ForwarderError.ResponseHeaders, e, StatusCodes.Status502BadGateway);
        }

        var isReading = false;
        try
        {
            // The headers of a stream go at once: its first byte may come minutes later. A length that is known ends a body that is on its way.
            if (connection is { IsBodyRead: false, HasBodyBytes: false } && context.Response.ContentLength is null)
            {
                await context.Response.Body.FlushAsync(connection.CutToken);
            }

            while (!connection.IsBodyRead)
            {
                isReading = true;
                var bytes = await connection.ReadBodyAsync();
                isReading = false;
                if (!bytes.IsEmpty)
                {
                    pace.Moved(connection);
                    await context.Response.Body.WriteAsync(bytes, connection.CutToken);
                    pace.Moved(connection);
                }
            }
        }
        catch (Exception e)
        {
            return await BodyFailedAsync(connection, isReading ? ForwarderError.ResponseBodyDestination : ForwarderError.ResponseBodyClient, e);
        }

        PassTrailers(connection.Trailers);

        // The caller may still be sending, and the destination listening. The answer stands, whatever comes of that.
        if (_body is not null && await _body is { End: not BodyEnd.Complete } sent)
        {
            context.Features.Set<IForwarderErrorFeature>(new ForwardingError(ErrorOf(sent.End), sent.Exception));
            return ErrorOf(sent.End);
        }

        return ForwarderError.None;
    }

    /// <summary>Hands the head to the caller. False: it is given up, and there will be another attempt.</summary>
    private bool PassHead(AnswerHead head)
    {
        var (response, protocol) = (context.Response, context.Request.Protocol);
        response.StatusCode = head.Status;
        if (head.ReasonPhrase is not null && !HttpProtocol.IsHttp2(protocol) && !HttpProtocol.IsHttp3(protocol))
        {
            context.Find<IHttpResponseFeature>()!.ReasonPhrase = head.ReasonPhrase;
        }

        if (_loop?.OnHeaders(head.Status, head.Status >= StatusCodes.Status400BadRequest ? head.RetryAfter : null) == true)
        {
            return false;
        }

        var isSecured = response.Headers.StrictTransportSecurity.Count > 0; // By us: then the destination's is one too many.
        foreach (var header in head.Headers)
        {
            if (header.Kind == HeaderKind.Passes && !(isSecured && header.Name.Equals(HeaderNames.StrictTransportSecurity, StringComparison.OrdinalIgnoreCase)))
            {
                AddHeader(response.Headers, header);
            }
        }

        NamedByConnection.Remove(response.Headers, head.ConnectionOptions);

        // Chunks have their own end. Where there is no body a length is noise, and not allowed in a 204.
        if (head is { IsChunked: false, ContentLength: { } length }
            && head.Status != StatusCodes.Status204NoContent
            && (length > 0 || head.Status != StatusCodes.Status205ResetContent))
        {
            response.ContentLength = length;
        }

        return true;
    }

    /// <summary>Over HTTP/2; Kestrel has none for HTTP/1.1.</summary>
    private void PassTrailers(List<AnswerHeader>? trailers)
    {
        if (trailers is not null && context.Find<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } outgoing)
        {
            foreach (var trailer in trailers.Where(trailer => trailer.Kind == HeaderKind.Passes))
            {
                AddHeader(outgoing, trailer);
            }
        }
    }
}
