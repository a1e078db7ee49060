namespace ApiAmbassador.WireTests.Peers;

/// <summary>An nginx of the test's own, on a free port, with its configuration and files in a temporary directory.</summary>
public sealed class Nginx : IAsyncDisposable
{
    private readonly string _directory;
    private ExternalProcess _process;

    private Nginx(ExternalProcess process, string directory, int port)
    {
        _process = process;
        _directory = directory;
        Port = port;
    }

    public int Port { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}/");

    /// <summary>Starts one and waits until it listens.</summary>
    /// <param name="name">What it answers to every request, as a line, if no <paramref name="serverBlock"/> is given.</param>
    /// <param name="serverBlock">The directives inside <c>server { }</c> beside <c>listen</c>.</param>
    public static async Task<Nginx> StartAsync(string name, string? serverBlock = null)
    {
        Tool.Nginx.Require();
        var port = FreePort.Next();
        var directory = Directory.CreateTempSubdirectory("nginx-").FullName;
        var configuration = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(
            configuration,
            Configuration(directory, port, serverBlock ?? $$"""location / { return 200 "{{name}}\n"; }"""),
            TestContext.Current.CancellationToken);
        var nginx = new Nginx(Run(directory), directory, port);
        try
        {
            await nginx._process.WaitForPortAsync(port);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it with SIGKILL, as a machine that fails would.</summary>
    public async Task KillAsync()
    {
        _process.Signal(9);
        await _process.WaitForEndAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same port.</summary>
    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = Run(_directory);
        await _process.WaitForPortAsync(Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static ExternalProcess Run(string directory) =>
        ExternalProcess.Start(Tool.Nginx.Require(), "-e", "stderr", "-p", directory, "-c", Path.Combine(directory, "nginx.conf"));

    // A single process: nothing is left behind when it is killed, and no worker changes to another user who may not read the directory.
    // All paths are named because the built-in ones belong to root.
    private static string Configuration(string directory, int port, string serverBlock) => $$"""
        daemon off;
        master_process off;
        pid {{directory}}/nginx.pid;
        error_log stderr warn;
        events { worker_connections 1024; }
        http {
          access_log off;
          default_type text/plain;
          client_body_temp_path {{directory}}/client_body;
          proxy_temp_path {{directory}}/proxy;
          fastcgi_temp_path {{directory}}/fastcgi;
          uwsgi_temp_path {{directory}}/uwsgi;
          scgi_temp_path {{directory}}/scgi;
          server {
            listen 127.0.0.1:{{port}};
            {{serverBlock}}
          }
        }
        """;
}
