using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.Resilience;

/// <summary>YARP's forwarder, with the attempt's time limit where there is one. It ends when headers come, so that it never cuts a body.</summary>
internal sealed class AttemptForwarder(IHttpForwarder yarp) : IHttpForwarder
{
    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context, string destinationPrefix, HttpMessageInvoker httpClient, ForwarderRequestConfig requestConfig, HttpTransformer transformer) =>
        context.Features.Get<AttemptLoop>() is { Timeout: { } timeout }
            ? yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, timeout.Token)
            : yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer);

    /// <inheritdoc/>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        CancellationToken cancellationToken) =>
        yarp.SendAsync(context, destinationPrefix, httpClient, requestConfig, transformer, cancellationToken);
}
