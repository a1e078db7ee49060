using ApiAmbassador.Observability;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Resilience;

/// <summary>
/// YARP's forwarder, with the attempt's time limit where there is one, and its span where somebody wants spans. The limit ends when headers come, so
/// that it never cuts a body.
/// </summary>
internal sealed class AttemptForwarder(IHttpForwarder yarp) : IHttpForwarder
{
    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        SendAsync(
            context, destinationPrefix, httpClient, requestConfig, transformer,
            context.Find<AttemptLoop>() is { Timeout: { } timeout } ? timeout.Token : CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken) =>
        AttemptSpan.IsOn
            ? SendWithSpanAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken)
            : yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);

    private async ValueTask<ForwarderError> SendWithSpanAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        using var span = AttemptSpan.Start(context);
        var error = await yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
        if (span is not null)
        {
            AttemptSpan.Ends(span, context, context.Find<IForwarderErrorFeature>() is { } failed ? Judge(context, failed) : null);
        }

        return error;
    }

    private static Failure? Judge(HttpContext context, IForwarderErrorFeature error) =>
        context.Find<AttemptLoop>()?.Judge(error) ?? FailureResponseMiddleware.Judge(context, error);
}
