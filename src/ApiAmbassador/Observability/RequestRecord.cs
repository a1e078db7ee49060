using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using ApiAmbassador.Configuration;
using ApiAmbassador.Resilience;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Model;

namespace ApiAmbassador.Observability;

/// <summary>
/// Watches a request for the access log: its times and its bytes. It belongs to the connection, or to the stream of HTTP/2, and is used again for the
/// next request there, so that a request which gets no line allocates nothing for it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The streams that it passes on are Kestrel's.")]
internal sealed class RequestRecord : IHttpResponseBodyFeature, IRequestBodyPipeFeature
{
    /// <summary>Letters of what a caller sent; the rest is cut off.</summary>
    private const int LettersMax = 1024;

    private readonly AccessLog _log;
    private readonly TimeProvider _time;
    private readonly bool _exportsTraces;
    private readonly CountedStream _response = new();
    private CountedStream? _request;
    private CountedReader? _reader;
    private CountedTunnel? _tunnel;
    private IHttpResponseBodyFeature _body = null!;
    private PipeWriter? _writer;
    private HttpContext _context = null!;
    private AccessLogOptions _options = null!;
    private long _beganAt, _headersAt;
    private bool _hasBody;

    private RequestRecord(AccessLog log, TimeProvider time, bool exportsTraces) => (_log, _time, _exportsTraces) = (log, time, exportsTraces);

    /// <inheritdoc/>
    public Stream Stream => _response;

    /// <inheritdoc/>
    public PipeWriter Writer => _writer ??= PipeWriter.Create(_response, new StreamPipeWriterOptions(leaveOpen: true));

    /// <inheritdoc/>
    PipeReader IRequestBodyPipeFeature.Reader => _reader!;

    /// <summary>Begins to watch a request; the line is written when it ends.</summary>
    public static void Watch(HttpContext context, AccessLogOptions options, AccessLog log, TimeProvider time, bool exportsTraces)
    {
        RequestRecord? record = null;
        if (context.Find<IPersistentStateFeature>()?.State is { } kept)
        {
            if (kept.TryGetValue(typeof(RequestRecord), out var known))
            {
                record = (RequestRecord)known!;
            }
            else
            {
                kept[typeof(RequestRecord)] = record = new RequestRecord(log, time, exportsTraces);
            }
        }

        (record ?? new RequestRecord(log, time, exportsTraces)).Begin(context, options);
    }

    /// <inheritdoc/>
    public void DisableBuffering() => _body.DisableBuffering();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => _body.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(_response, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public Task CompleteAsync() => _body.CompleteAsync();

    private void Begin(HttpContext context, AccessLogOptions options)
    {
        (_context, _options, _beganAt, _headersAt) = (context, options, _time.GetTimestamp(), 0);
        _body = context.Find<IHttpResponseBodyFeature>()!;
        _response.Reset(_body.Stream);
        context.Features.Set<IHttpResponseBodyFeature>(this);
        _hasBody = context.HasBody();
        if (_hasBody)
        {
            WatchRequestBody();
        }

        if (context.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(context.Request.Method))
        {
            WatchTunnel();
        }

        context.Response.OnStarting(static record => ((RequestRecord)record).HeadersGo(), this);
        context.Response.OnCompleted(static record => ((RequestRecord)record).End(), this);
    }

    /// <summary>Some read the body by its stream, some by its pipe, and each by Kestrel's own: one made of the other fails in other ways.</summary>
    private void WatchRequestBody()
    {
        (_reader ??= new CountedReader()).Reset(_context.Request.BodyReader);
        (_request ??= new CountedStream()).Reset(_context.Request.Body);
        _context.Request.Body = _request;
        _context.Features.Set<IRequestBodyPipeFeature>(this);
    }

    private void WatchTunnel()
    {
        var (upgrade, connect) = (_context.Find<IHttpUpgradeFeature>(), _context.Find<IHttpExtendedConnectFeature>());
        if (upgrade?.IsUpgradableRequest == true || connect?.IsExtendedConnect == true)
        {
            _tunnel = new CountedTunnel(upgrade, connect);
            _context.Features.Set<IHttpUpgradeFeature>(_tunnel);
            _context.Features.Set<IHttpExtendedConnectFeature>(_tunnel);
        }
    }

    private Task HeadersGo()
    {
        _headersAt = _time.GetTimestamp();
        return Task.CompletedTask;
    }

    private Task End()
    {
        var now = _time.GetTimestamp();
        var headersAt = _headersAt == 0 ? now : _headersAt;
        var loop = _context.Find<AttemptLoop>();
        var proxy = _context.Find<IReverseProxyFeature>();
        var attempts = loop?.Number ?? (proxy?.ProxiedDestination is null ? 0 : 1);
        var failure = _context.Find<RequestFailure>();

        // A tunnel ends when one of its sides goes; that is no more the caller's leaving than a good end.
        var hasLeft = failure is null && _tunnel?.Bytes is null && _context.RequestAborted.IsCancellationRequested;
        if (_options.Requests == AccessLogRequests.All
            || failure is not null
            || attempts > 1
            || _time.GetElapsedTime(_beganAt, headersAt) > _options.SlowerThan
            || (!hasLeft && HasFailed(_context.Response.StatusCode, attempts)))
        {
            _log.Add(Line(now, headersAt, loop, proxy, attempts, hasLeft, failure));
        }

        // What belongs to the request must not live as long as the connection.
        (_context, _options, _body, _writer, _tunnel) = (null!, null!, null!, null, null);
        _response.Inner = Stream.Null;
        return Task.CompletedTask;
    }

    /// <summary>An answer of a destination from 500 on, and one of ours from 400 on: a policy of the route refused the request, or something broke.</summary>
    private static bool HasFailed(int status, int attempts) => status >= StatusCodes.Status500InternalServerError || (status >= StatusCodes.Status400BadRequest && attempts == 0);

    private AccessLine Line(
        long now, long headersAt, AttemptLoop? loop, IReverseProxyFeature? proxy, int attempts, bool hasLeft, RequestFailure? failure)
    {
        var request = _context.Request;
        var target = _context.Find<IHttpRequestFeature>()!.RawTarget;
        target = target.StartsWith('/') ? target : request.Path.ToUriComponent() + request.QueryString; // A whole URL may hold a password.
        var mark = target.IndexOf('?');
        var total = _time.GetElapsedTime(_beganAt, now);
        return new AccessLine(
            _time.GetUtcNow() - total,
            _context.Connection.RemoteIpAddress,
            Bounded(request.Method),
            Bounded(mark < 0 ? target : target[..mark]),
            mark < 0 ? null : _options.Query ? Bounded(target[mark..]) : "?…",
            request.Protocol,
            request.Headers.Host.Count == 0 ? null : Bounded(request.Headers.Host.ToString()),
            _context.Response.StatusCode,
            _tunnel?.Bytes?.BytesRead ?? (_hasBody ? _reader!.BytesRead + _request!.BytesRead : 0),
            _tunnel?.Bytes?.BytesWritten ?? _response.BytesWritten,
            total,
            loop is { Number: > 0 } ? _time.GetElapsedTime(loop.BeganAt, headersAt) : null,
            proxy?.Route.Config.RouteId,
            proxy?.Cluster.Config.ClusterId,
            proxy?.ProxiedDestination?.DestinationId,
            attempts,
            loop?.Retried,
            failure?.Reason.Name ?? (hasLeft ? RequestFailure.ClientLeft : null),
            failure?.Phase,
            Trace());
    }

    /// <summary>The trace that others know: the caller's, or the one we export.</summary>
    private ActivityTraceId? Trace() =>
        _context.Find<IHttpActivityFeature>()?.Activity is { } span && (_exportsTraces || span.ParentId is not null) ? span.TraceId : null;

    private static string Bounded(string text) => text.Length <= LettersMax ? text : text[..LettersMax] + '…';
}
