using System.Diagnostics;
using System.Threading.Channels;
using ApiAmbassador.Observability;
using ApiAmbassador.WireTests.Ambassador;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Forwarder;

namespace ApiAmbassador.WireTests.Forwarding;

/// <summary>Sees what each request of an ambassador failed of, by the framework's own events: nothing of the ambassador is changed.</summary>
internal sealed class FailureWatch : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string EndOfRequest = "Microsoft.AspNetCore.Hosting.EndRequest";

    private readonly Channel<Failure?> _failures = Channel.CreateUnbounded<Failure?>();
    private readonly IDisposable _subscription;

    private FailureWatch(DiagnosticListener listener) => _subscription = listener.Subscribe(this, name => name is EndOfRequest);

    public static FailureWatch On(RunningAmbassador ambassador) => new(ambassador.Services.GetRequiredService<DiagnosticListener>());

    /// <summary>The same after a first GET of <c>/</c>, which the destination answers, so that there is a connection to be used again.</summary>
    public static async Task<FailureWatch> AfterFirstAsync(RunningAmbassador ambassador)
    {
        var watch = On(ambassador);
        await ambassador.GetAsync();
        (await watch.NextAsync()).ShouldBeNull();
        return watch;
    }

    /// <summary>Sends one request through an ambassador before this destination, and gives what it failed of.</summary>
    /// <param name="destination">The only destination of the only cluster.</param>
    /// <param name="settings">Further settings of the cluster.</param>
    /// <param name="send">Sends the request; its own end is nobody's concern.</param>
    /// <param name="byYarp">Whether YARP's forwarder is to serve what ours would.</param>
    public static async Task<Failure?> OfAsync(Uri destination, string settings, Func<RunningAmbassador, Task> send, bool byYarp = false)
    {
        await using var ambassador = await StartAsync(destination, settings, byYarp);
        using var watch = On(ambassador);
        await send(ambassador);
        return await watch.NextAsync();
    }

    /// <summary>An ambassador that makes one attempt of each request.</summary>
    public static Task<RunningAmbassador> StartAsync(Uri destination, string settings, bool byYarp = false)
    {
        var setup = new AmbassadorSetup().WithCluster(settings, ("one", destination)).With("ReverseProxy__Routes__api__Retry__On__0", "599"); // Nothing that happens here is tried again.
        return RunningAmbassador.StartAsync(byYarp ? setup.ThroughYarp() : setup);
    }

    /// <summary>A request, with a body of so many bytes, whose answer may break off.</summary>
    public static async Task SendAsync(RunningAmbassador ambassador, string method, int? bodyBytes = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/x");
        request.Content = bodyBytes is { } bytes ? new ByteArrayContent(new byte[bytes]) : null;
        try
        {
            (await ambassador.Client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();
        }
        catch (HttpRequestException)
        {
            // What the client sees of it is the business of other tests.
        }
    }

    /// <summary>What the next request failed of, in the order in which they end; null where it did not.</summary>
    public async Task<Failure?> NextAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Eventually.DefaultDeadline);
        return await _failures.Reader.ReadAsync(deadline.Token);
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        var context = (HttpContext)value.Value!.GetType().GetProperty("httpContext")!.GetValue(value.Value)!;
        var error = context.Features.Get<IForwarderErrorFeature>();
        _failures.Writer.TryWrite(error is null ? null : Failure.Of(error.Error, error.Exception, context.Response.StatusCode));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription.Dispose();
}
