using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.WireTests.Peers;

namespace ApiAmbassador.WireTests.Discovery;

/// <summary>A registry as people build one: a file behind nginx.</summary>
public sealed class HttpSourceNginxTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("registry-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task File_that_changes_is_seen_whatever_its_time_and_length()
    {
        await using var nginx = await StartAsync();
        using var source = Source(nginx, "targets.json");
        var time = DateTime.UtcNow;
        foreach (var host in new[] { "a", "b", "c" })
        {
            var path = Write("targets.json", $$"""[{ "targets": ["{{host}}:1"], "labels": { "weight": "2" } }]""");
            File.SetLastWriteTimeUtc(path, time); // The entity tag stays the same.

            (await AskAsync(source)).Instances.ShouldBe([new Instance("http", host, 1, 2)]);
        }
    }

    [Fact]
    public async Task Gzip_is_read()
    {
        await using var nginx = await StartAsync("gzip on; gzip_types application/json; gzip_min_length 1;");
        Write("targets.json", $$"""[{ "targets": [{{string.Join(',', Enumerable.Range(1, 1000).Select(n => $"\"n{n}:80\""))}}] }]""");
        using var source = Source(nginx, "targets.json");

        (await AskAsync(source)).Instances.Count.ShouldBe(1000);
    }

    [Theory]
    [InlineData("missing.json", "answered 404")]
    [InlineData("broken", "answered 500")]
    [InlineData("page.html", "answered text/html, not application/json in UTF-8")]
    [InlineData("plain", "answered text/plain, not application/json in UTF-8")]
    [InlineData("half.json", "answered a list that cannot be used: line 2 is not valid JSON: ")]
    [InlineData("empty.json", "answered a list that cannot be used: is empty")]
    [InlineData("circle", "redirected more than 3 times")]
    public async Task What_is_no_list_is_told(string path, string error)
    {
        await using var nginx = await StartAsync("""
            location = /broken { return 500; }
            location = /circle { return 302 /circle; }
            """);
        Write("page.html", "<html></html>");
        Write("plain", "[]");
        Write("half.json", "[\n{ \"targets\":");
        Write("empty.json", "");
        using var source = Source(nginx, path);

        (await AskAsync(source)).Error.ShouldNotBeNull().ShouldStartWith(error);
    }

    [Fact]
    public async Task Redirect_within_the_same_place_keeps_the_credentials()
    {
        WriteUsers();
        await using var nginx = await StartAsync($"location = /sd {{ return 301 /targets.json; }} {Guard()}");
        Write("targets.json", """[{ "targets": ["a:1"] }]""");

        using var source = Source(nginx, "sd", "registrar:p%40ss%2Fword@");

        (await AskAsync(source)).Instances.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("registrar:p%40ss%2Fword@", null)]
    [InlineData("registrar:wrong@", "answered 401")]
    [InlineData("registrar@", "answered 401")]
    [InlineData("", "answered 401")]
    public async Task Credentials_of_the_url_are_sent(string userInfo, string? error)
    {
        WriteUsers();
        await using var nginx = await StartAsync(Guard());
        Write("targets.json", "[]");
        using var source = Source(nginx, "targets.json", userInfo);

        (await AskAsync(source)).Error.ShouldBe(error);
    }

    [Fact]
    public async Task Registry_that_dies_is_told()
    {
        Write("targets.json", """[{ "targets": ["a:1"] }]""");
        await using var nginx = await StartAsync();
        using var source = Source(nginx, "targets.json");
        (await AskAsync(source)).Error.ShouldBeNull();

        await nginx.KillAsync();

        (await AskAsync(source)).Error.ShouldBe("could not be reached: connection refused");
    }

    private static HttpSource Source(Nginx nginx, string path, string userInfo = "") =>
        new(new HttpDiscoveryOptions { Url = new Uri($"http://{userInfo}127.0.0.1:{nginx.Port}/{path}") });

    private static Task<SourceAnswer> AskAsync(HttpSource source) =>
        source.AskAsync(TestContext.Current.CancellationToken).WaitAsync(Eventually.DefaultDeadline, TestContext.Current.CancellationToken);

    private Task<Nginx> StartAsync(string directives = "") =>
        Nginx.StartAsync("registry", $$"""root {{_directory}}; types { application/json json; text/html html; } {{directives}}""");

    private string Guard() => $"auth_basic registry; auth_basic_user_file {Path.Combine(_directory, "users")};";

    private void WriteUsers() => Write("users", "registrar:{PLAIN}p@ss/word\n");

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        return path;
    }
}
