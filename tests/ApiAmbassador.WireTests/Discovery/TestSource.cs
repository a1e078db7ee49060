using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>
/// A source of each kind, behind one face: what holds for one has to hold for all. What it names are addresses with one port; it is asked ten times a
/// second.
/// </summary>
internal abstract class TestSource : IAsyncDisposable
{
    private const string Name = "api.test", Service = "_api._tcp.test";

    /// <summary>The kinds, real servers and those of the tests' own.</summary>
    public static TheoryData<string> Kinds => ["dns", "srv", "bind", "bind-srv", "file", "http"];

    /// <summary>The <c>Discovery</c> setting that follows it.</summary>
    public abstract string Setting { get; }

    /// <summary>What status calls the part of it that fails when it is away.</summary>
    public abstract string Failing { get; }

    public static async Task<TestSource> StartAsync(string kind, int port)
    {
        TestSource source = kind switch
        {
            "dns" => new Scripted(port),
            "srv" => new ScriptedServices(port),
            "bind" => new Real(await Bind.StartAsync(), port),
            "bind-srv" => new RealServices(await Bind.StartAsync(), port),
            "file" => new Files(port),
            _ => await Registry.StartAsync(port),
        };
        return source;
    }

    /// <summary>Names these from now on.</summary>
    public abstract Task NameAsync(params string[] addresses);

    /// <summary>Ends it, as a machine that fails would.</summary>
    public abstract Task KillAsync();

    /// <summary>Starts it again at the same place. It may name others than before from its first answer on.</summary>
    public abstract Task RestartAsync(params string[] addresses);

    /// <summary>Answers with something that is no list.</summary>
    public virtual void Lie(string how) => throw new NotSupportedException();

    public abstract ValueTask DisposeAsync();

    protected static string Json(string[] addresses, int port) =>
        $$"""[{ "targets": [{{string.Join(", ", addresses.Select(address => $"\"{address}:{port}\""))}}] }]""";

    private static string Host(string address) => $"h{address.Replace('.', '-')}.test";

    private class Scripted(int port) : TestSource
    {
        protected ScriptedDns Dns { get; } = ScriptedDns.Start();

        public override string Setting => $$""" "Dns": { "Name": "{{Name}}", "Port": {{port}}, "Server": "{{Dns.Server}}", "Refresh": "00:00:00.1" } """;

        public override string Failing => "name";

        public override Task NameAsync(params string[] addresses)
        {
            Set(addresses);
            Dns.AnswerWith(DnsReply.Zone);
            return Task.CompletedTask;
        }

        public override Task KillAsync() => Dns.StopListeningAsync();

        public override Task RestartAsync(params string[] addresses)
        {
            Set(addresses);
            Dns.StartListening();
            return Task.CompletedTask;
        }

        public override void Lie(string how) => Dns.AnswerWith(how switch
        {
            "garbage" => DnsReply.Garbage,
            "truncated" => DnsReply.Truncated,
            "servfail" => DnsReply.Code(2),
            "refused" => DnsReply.Code(5),
            "half" => DnsReply.Zone.Announcing(20),
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
        });

        public override ValueTask DisposeAsync() => Dns.DisposeAsync();

        protected virtual void Set(string[] addresses) => Dns.Set(Name, addresses);
    }

    private sealed class ScriptedServices(int port) : Scripted(port)
    {
        private readonly int _port = port;

        public override string Setting => $$""" "DnsSrv": { "Name": "{{Service}}", "Server": "{{Dns.Server}}", "Refresh": "00:00:00.1" } """;

        public override string Failing => "dns-srv";

        protected override void Set(string[] addresses)
        {
            // Each name has one address for ever, so that the zone is whole at any moment.
            foreach (var address in addresses)
            {
                Dns.Set(Host(address), address);
            }

            Dns.SetServices(Service, addresses.Select(address => (0, 1, _port, Host(address))));
        }
    }

    private class Real(Bind bind, int port) : TestSource
    {
        public override string Setting => $$""" "Dns": { "Name": "{{Name}}", "Port": {{port}}, "Server": "{{bind.Server}}", "Refresh": "00:00:00.1" } """;

        public override string Failing => "name";

        public override Task NameAsync(params string[] addresses) => bind.UpdateAsync(Lines(addresses));

        public override Task KillAsync() => bind.KillAsync();

        public override async Task RestartAsync(params string[] addresses)
        {
            await bind.RestartAsync();
            await NameAsync(addresses);
        }

        public override ValueTask DisposeAsync() => bind.DisposeAsync();

        protected virtual IEnumerable<string> Lines(string[] addresses) =>
            [$"update delete {Name}. A", .. addresses.Select(address => $"update add {Name}. 1 A {address}")];
    }

    private sealed class RealServices(Bind bind, int port) : Real(bind, port)
    {
        private readonly Bind _bind = bind;
        private readonly int _port = port;

        public override string Setting => $$""" "DnsSrv": { "Name": "{{Service}}", "Server": "{{_bind.Server}}", "Refresh": "00:00:00.1" } """;

        public override string Failing => "dns-srv";

        protected override IEnumerable<string> Lines(string[] addresses) =>
        [
            $"update delete {Service}. SRV",
            .. addresses.Select(address => $"update add {Host(address)}. 1 A {address}"),
            .. addresses.Select(address => $"update add {Service}. 1 SRV 0 1 {_port} {Host(address)}."),
        ];
    }

    private class Files(int port) : TestSource
    {
        protected DirectoryInfo Directory { get; } = System.IO.Directory.CreateTempSubdirectory("targets-");

        public override string Setting => $$""" "File": { "Path": "{{Path}}", "Refresh": "00:00:00.1" } """;

        public override string Failing => "file";

        protected string Path => System.IO.Path.Combine(Directory.FullName, "targets.json");

        public override Task NameAsync(params string[] addresses)
        {
            Replace(Json(addresses, port));
            return Task.CompletedTask;
        }

        public override Task KillAsync()
        {
            File.Delete(Path);
            return Task.CompletedTask;
        }

        public override Task RestartAsync(params string[] addresses) => NameAsync(addresses);

        public override void Lie(string how) => Replace(how switch
        {
            "half" => Json(["127.1.0.99"], port)[..15],
            "garbage" => "\u0001\u0002 no list at all",
            "empty" => "",
            "other" => """{ "error": "maintenance" }""",
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
        });

        public override ValueTask DisposeAsync()
        {
            Directory.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }

        protected virtual void Replace(string content)
        {
            File.WriteAllText(Path + ".new", content);
            File.Move(Path + ".new", Path, overwrite: true);
        }
    }

    private sealed class Registry(int port) : Files(port)
    {
        private Nginx? _nginx;

        public override string Setting => $$""" "Http": { "Url": "{{_nginx!.Address}}targets.json", "Refresh": "00:00:00.1" } """;

        public override string Failing => "http";

        public static async Task<Registry> StartAsync(int port)
        {
            var registry = new Registry(port);
            registry._nginx = await Nginx.StartAsync(
                "registry",
                $$"""
                root {{registry.Directory.FullName}}; types { application/json json; text/html html; }
                if (-f {{registry.Directory.FullName}}/page.html) { rewrite ^ /page.html; }
                if (-f {{registry.Directory.FullName}}/broken) { return 500; }
                """);
            return registry;
        }

        public override Task KillAsync() => _nginx!.KillAsync();

        public override async Task RestartAsync(params string[] addresses)
        {
            await NameAsync(addresses);
            await _nginx!.RestartAsync();
        }

        public override Task NameAsync(params string[] addresses)
        {
            File.Delete(Beside("page.html"));
            File.Delete(Beside("broken"));
            return base.NameAsync(addresses);
        }

        public override void Lie(string how)
        {
            if (how is "type" or "status")
            {
                File.WriteAllText(Beside(how == "type" ? "page.html" : "broken"), "[]");
            }
            else
            {
                base.Lie(how);
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await _nginx!.DisposeAsync();
            await base.DisposeAsync();
        }

        private string Beside(string name) => System.IO.Path.Combine(Directory.FullName, name);
    }
}
