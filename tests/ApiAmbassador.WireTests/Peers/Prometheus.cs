using System.Text.Json.Nodes;

namespace ApiAmbassador.WireTests.Peers;

/// <summary>A Prometheus of the test's own, on a free port, that scrapes one target twice a second and keeps what it got in a temporary directory.</summary>
public sealed class Prometheus : IAsyncDisposable
{
    private readonly string _directory;
    private readonly ExternalProcess _process;
    private readonly HttpClient _client;

    private Prometheus(ExternalProcess process, string directory, int port)
    {
        _process = process;
        _directory = directory;
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="target">What it scrapes, at <c>/metrics</c>.</param>
    /// <param name="rules">A file of alert rules.</param>
    public static async Task<Prometheus> StartAsync(Uri target, string rules)
    {
        var program = Tool.Prometheus.Require();
        var directory = Directory.CreateTempSubdirectory("prometheus-").FullName;
        var configuration = Path.Combine(directory, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms }
            rule_files: [ "{{rules}}" ]
            scrape_configs: [ { job_name: ambassador, static_configs: [ { targets: [ "{{target.Authority}}" ] } ] } ]
            """,
            TestContext.Current.CancellationToken);
        var port = FreePort.Next();
        var process = ExternalProcess.Start(
            program, $"--config.file={configuration}", $"--storage.tsdb.path={directory}/data", $"--web.listen-address=127.0.0.1:{port}");
        var prometheus = new Prometheus(process, directory, port);
        try
        {
            await process.WaitForPortAsync(port);
            await Eventually.SeesAsync(prometheus.IsReadyAsync, ready => ready);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a query gives: each series as a JSON object with <c>metric</c> and <c>value</c>. It is asked again until that is not nothing.</summary>
    public Task<JsonArray> QueryAsync(string query) => ReadAsync($"api/v1/query?query={Uri.EscapeDataString(query)}", "result");

    /// <summary>The alerts that fire or are about to.</summary>
    public Task<JsonArray> AlertsAsync() => ReadAsync("api/v1/alerts", "alerts");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public override string ToString() => $"{_process}";

    private async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        using var response = await _client.GetAsync("-/ready", cancellation);
        return response.IsSuccessStatusCode;
    }

    private Task<JsonArray> ReadAsync(string path, string part) => Eventually.SeesAsync(
        async cancellation =>
        {
            using var response = await _client.GetAsync(path, cancellation);
            var answer = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? JsonNode.Parse(answer)!["data"]![part]!.AsArray() : throw new InvalidOperationException(answer);
        },
        found => found.Count > 0);
}
