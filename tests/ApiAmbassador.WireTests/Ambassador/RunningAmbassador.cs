using ApiAmbassador.Hosting;
using ApiAmbassador.WireTests.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace ApiAmbassador.WireTests.Ambassador;

/// <summary>The whole ambassador inside the test's process: the real listeners and the real pipeline, by the way that <c>run</c> takes.</summary>
public sealed class RunningAmbassador : IAsyncDisposable
{
    private readonly AmbassadorHost _host;
    private readonly AmbassadorSetup _setup;

    private RunningAmbassador(AmbassadorHost host, AmbassadorSetup setup)
    {
        _host = host;
        _setup = setup;
        Client = PlainClient.Create(Address);
        Admin = PlainClient.Create(host.AdminAddress);
    }

    /// <summary>Where requests are taken.</summary>
    public Uri Address => _host.Addresses[0];

    /// <summary>All addresses where requests are taken.</summary>
    public IReadOnlyList<Uri> Addresses => _host.Addresses;

    /// <summary>A client of the data listener.</summary>
    public HttpClient Client { get; }

    /// <summary>A client of the admin listener.</summary>
    public HttpClient Admin { get; }

    internal IServiceProvider Services => _host.Services;

    internal IServiceProvider AdminServices => _host.AdminServices;

    /// <summary>Starts it; a configuration that is refused fails the test with its errors.</summary>
    /// <param name="setup">What it reads.</param>
    /// <param name="replace">Puts other services in the place of the product's.</param>
    public static async Task<RunningAmbassador> StartAsync(AmbassadorSetup setup, Action<IServiceCollection>? replace = null)
    {
        var (host, errors) = await AmbassadorHost.StartAsync(setup.Sources, replace);
        return host is not null
            ? new RunningAmbassador(host, setup)
            : throw new InvalidOperationException(string.Join(Environment.NewLine, errors));
    }

    /// <summary>The body of a GET, from whichever destination answered.</summary>
    public Task<string> GetAsync(string path = "/") => Client.GetStringAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Sends a request and reads its answer; headers are lines as <c>Name: value</c>, empty ones are left out.</summary>
    public async Task<HttpResponseMessage> SendAsync(string method, string target, params string[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        foreach (var line in headers.Where(line => line.Length > 0))
        {
            var colon = line.IndexOf(':');
            request.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 1)..].Trim());
        }

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends so many GETs, so many at once, and counts the bodies.</summary>
    public async Task<Dictionary<string, int>> CountAnswersAsync(int requests, int atOnce = 1, Func<int, HttpRequestMessage>? create = null)
    {
        var counts = new Dictionary<string, int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, requests),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (i, cancellation) =>
            {
                using var request = create?.Invoke(i) ?? new HttpRequestMessage(HttpMethod.Get, "/");
                using var response = await Client.SendAsync(request, cancellation);
                var answer = await response.Content.ReadAsStringAsync(cancellation);
                lock (counts)
                {
                    counts[answer] = counts.GetValueOrDefault(answer) + 1;
                }
            });
        return counts;
    }

    /// <summary>Begins to stop, as a signal would.</summary>
    public Task StopAsync(CancellationToken hurry = default) => _host.StopAsync(hurry);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Admin.Dispose();
        await _host.DisposeAsync();
        _setup.Dispose(); // May be disposed already, by a test that goes on writing into it.
    }
}
