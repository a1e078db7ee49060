using System.Net.Sockets;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Discovery;

public sealed class FileSourceTests : IDisposable
{
    private const string A = """[{ "targets": ["a:1"] }]""";
    private const string B = """[{ "targets": ["b:1"] }]""";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task File_is_read_from_the_config_directory_on_and_again_when_it_changes()
    {
        _directory.Write("targets.json", A);
        var source = Source("targets.json");
        (await HostsAsync(source)).ShouldBe(["a"]);

        _directory.Write("targets.json", B);

        (await HostsAsync(source)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Absolute_path_is_taken_as_it_is()
    {
        var path = _directory.Write("elsewhere/targets.json", A);

        (await HostsAsync(new FileSource(new FileDiscoveryOptions { Path = path }, "/nowhere"))).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Change_that_keeps_length_and_time_is_seen()
    {
        var path = _directory.Write("targets.json", A);
        var time = File.GetLastWriteTimeUtc(path);
        var source = Source("targets.json");
        (await HostsAsync(source)).ShouldBe(["a"]);

        _directory.Write("targets.json", B);
        File.SetLastWriteTimeUtc(path, time);

        (await HostsAsync(source)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task What_has_not_changed_is_not_read_into_a_list_again()
    {
        _directory.Write("one.json", A);
        _directory.Write("two.json", B);
        var source = Source("*.json");
        var first = await AskAsync(source);

        _directory.Write("one.json", A);
        (await AskAsync(source)).ShouldBeSameAs(first);
        _directory.Write("two.json", """[{ "targets": ["c:1"] }]""");
        var second = await AskAsync(source);

        second.Instances[0].ShouldBeSameAs(first.Instances[0]);
        second.Instances[1].Host.ShouldBe("c");
    }

    [Fact]
    public async Task Files_that_match_are_one_list_in_the_order_of_their_names()
    {
        _directory.Write("sd/2-b.json", B);
        _directory.Write("sd/1-a.json", A);
        _directory.Write("sd/10-c.json", """[{ "targets": ["c:1", "a:1"] }]""");
        _directory.Write("sd/.4-hidden.json", "of an editor");
        _directory.Write("sd/5-other.txt", "not ours");
        Directory.CreateDirectory(Path.Combine(_directory.Path, "sd", "6.json"));

        (await HostsAsync(Source("sd/*.json"))).ShouldBe(["a", "c", "b"]);
        (await HostsAsync(Source("sd/?-?.json"))).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task File_that_comes_or_goes_changes_the_list()
    {
        _directory.Write("1.json", A);
        var source = Source("*.json");
        (await HostsAsync(source)).ShouldBe(["a"]);

        var path = _directory.Write("2.json", B);
        (await HostsAsync(source)).ShouldBe(["a", "b"]);
        File.Delete(path);
        (await HostsAsync(source)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Instance_of_two_files_stands_once_unless_they_differ()
    {
        _directory.Write("1.json", A);
        _directory.Write("2.json", A);
        var source = Source("*.json");
        (await HostsAsync(source)).ShouldBe(["a"]);

        _directory.Write("2.json", """[{ "targets": ["a:1"], "labels": { "weight": "2" } }]""");

        (await ErrorAsync(source)).ShouldBe("2.json: a port 1 is named twice, with different weights, priorities or zones");
    }

    [Fact]
    public async Task Files_together_name_no_more_than_a_source_may()
    {
        foreach (var file in new[] { 1, 2 })
        {
            _directory.Write($"{file}.json", $$"""[{ "targets": [{{string.Join(',', Enumerable.Range(1, 10_001).Select(n => $"\"n{file}-{n}\""))}}] }]""");
        }

        (await ErrorAsync(Source("*.json"))).ShouldStartWith("2.json: n2-10000 port 80 is one more than the 20000 instances");
    }

    [Theory]
    [InlineData("", "targets.json: is empty or no ordinary file; a list of nobody is written as []")]
    [InlineData(" ", "targets.json: is empty; a list of nobody is written as []")]
    [InlineData("[\n{ \"targets\": [\"a:1\"", "targets.json: line 2 is not valid JSON: ")]
    [InlineData("[\n\n}", "targets.json: line 3 is not valid JSON: ")]
    [InlineData("[{ \"targets\": [\"a:0\"] }]", "targets.json: group 1, target 1 ('a:0') has no port from 1 to 65535")]
    public async Task Broken_file_is_named_with_the_place_and_heals(string content, string error)
    {
        _directory.Write("targets.json", A);
        var source = Source("targets.json");
        (await HostsAsync(source)).ShouldBe(["a"]);

        _directory.Write("targets.json", content);
        (await ErrorAsync(source)).ShouldStartWith(error);
        (await ErrorAsync(source)).ShouldStartWith(error);

        _directory.Write("targets.json", A);
        (await HostsAsync(source)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task One_broken_file_of_many_fails_the_list_by_its_name()
    {
        _directory.Write("sd/1.json", A);
        _directory.Write("sd/2.json", "[");

        (await ErrorAsync(Source("sd/*.json"))).ShouldStartWith("2.json: line 1 is not valid JSON");
    }

    [Fact]
    public async Task List_of_nobody_is_a_list()
    {
        _directory.Write("targets.json", "[]");

        (await HostsAsync(Source("targets.json"))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("targets.json", "targets.json: cannot be read: ")]
    [InlineData("no/targets.json", "no/targets.json: cannot be read: ")]
    [InlineData("*.json", "no file matches '*.json'")]
    [InlineData("no/*.json", "no file matches 'no/*.json': its directory does not exist")]
    [InlineData("n?/targets.json", "n?/targets.json: cannot be read: ")]
    public async Task What_is_missing_is_a_failure_until_it_comes(string path, string error)
    {
        var source = Source(path);
        (await ErrorAsync(source)).ShouldStartWith(error);
        (await ErrorAsync(source)).ShouldStartWith(error);

        _directory.Write(path.Replace('*', 'x').Replace('?', 'o'), A);

        if (!path.StartsWith("n?", StringComparison.Ordinal))
        {
            (await HostsAsync(source)).ShouldBe(["a"]);
        }
    }

    [Fact]
    public async Task Directory_in_place_of_a_file_is_a_failure()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "targets.json"));

        (await ErrorAsync(Source("targets.json"))).ShouldBe("targets.json: is a directory");
    }

    [Fact]
    public async Task Swapped_links_of_kubernetes_are_followed()
    {
        _directory.Write("..one/targets.json", A);
        _directory.Write("..two/targets.json", B);
        Link("..data", "..one");
        Link("targets.json", "..data/targets.json");
        var single = Source("targets.json");
        var matching = Source("*.json");
        (await HostsAsync(single)).ShouldBe(["a"]);
        (await HostsAsync(matching)).ShouldBe(["a"]);

        Link("..data_tmp", "..two");
        Rename("..data_tmp", "..data");
        Directory.Delete(Path.Combine(_directory.Path, "..one"), recursive: true);

        (await HostsAsync(single)).ShouldBe(["b"]);
        (await HostsAsync(matching)).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Instance_that_moves_from_file_to_file_is_never_missing()
    {
        const int seed = 6;
        var random = new Random(seed);
        var space = new string(' ', 4 * 1024 * 1024); // Which takes its time to read.
        foreach (var (version, holder) in new[] { ("..0", "2.json"), ("..1", "1.json") })
        {
            _directory.Write($"{version}/1.json", (holder == "1.json" ? """[{ "targets": ["x"] }]""" : "[]") + space);
            _directory.Write($"{version}/2.json", holder == "2.json" ? """[{ "targets": ["x"] }]""" : "[]");
        }

        Link("..data", "..0");
        Link("1.json", "..data/1.json");
        Link("2.json", "..data/2.json");
        var source = Source("*.json");
        for (var round = 1; round <= 60; round++)
        {
            Link("..data_tmp", $"..{round % 2}");
            var asked = AskAsync(source);
            Thread.SpinWait(random.Next(200_000));
            Rename("..data_tmp", "..data");

            (await asked).Instances.ShouldContain(instance => instance.Host == "x", $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public async Task Links_to_nothing_and_to_themselves_are_failures()
    {
        Link("nothing.json", "gone");
        Link("circle.json", "circle.json");

        (await ErrorAsync(Source("nothing.json"))).ShouldStartWith("nothing.json: cannot be read: ");
        (await ErrorAsync(Source("circle.json"))).ShouldStartWith("circle.json: cannot be read: ");
        (await ErrorAsync(Source("n*.json"))).ShouldStartWith("nothing.json: cannot be read: ");
    }

    [Fact]
    public async Task Fifo_is_not_waited_for()
    {
        var path = Path.Combine(_directory.Path, "targets.json");
        LibC.MakeFifo(path);

        (await ErrorAsync(Source("targets.json"))).ShouldStartWith("targets.json: is empty or no ordinary file");
    }

    [Fact]
    public async Task Socket_is_not_read()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_directory.Path, "targets.json")));

        (await ErrorAsync(Source("*.json"))).ShouldStartWith("targets.json: is empty or no ordinary file");
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/proc/self/mem")]
    public async Task Device_is_not_read(string device)
    {
        Link("targets.json", device);

        (await ErrorAsync(Source("targets.json"))).ShouldStartWith("targets.json: is empty or no ordinary file");
    }

    [Fact]
    public async Task File_that_may_not_be_read_is_a_failure()
    {
        // Nobody may, privileged or not: the links go round.
        Link("targets.json", Path.Combine(_directory.Path, "other.json"));
        Link("other.json", Path.Combine(_directory.Path, "targets.json"));

        (await ErrorAsync(Source("targets.json"))).ShouldStartWith("targets.json: cannot be read: ");
    }

    [Fact]
    public async Task Files_larger_than_they_may_be_together_are_a_failure()
    {
        var half = "[]" + new string(' ', (TargetGroups.BytesMax / 2) - 2);
        _directory.Write("1.json", half);
        _directory.Write("2.json", half);
        var source = Source("*.json");
        (await HostsAsync(source)).ShouldBeEmpty();

        _directory.Write("3.json", "[]");

        (await ErrorAsync(source)).ShouldBe("3.json: is larger than 16 MiB, or the files together are");
    }

    [Fact]
    public async Task File_of_a_tebibyte_is_not_read()
    {
        await using (var file = File.Create(Path.Combine(_directory.Path, "targets.json")))
        {
            file.SetLength(1L << 40); // It takes no space.
        }

        (await ErrorAsync(Source("targets.json"))).ShouldStartWith("targets.json: is larger than 16 MiB");
    }

    [Fact]
    public async Task More_files_than_may_be_are_a_failure()
    {
        for (var number = 0; number < FileSource.FilesMax; number++)
        {
            _directory.Write($"{number:0000}.json", "[]");
        }

        var source = Source("*.json");
        (await HostsAsync(source)).ShouldBeEmpty();
        _directory.Write("one-more.json", "[]");

        (await ErrorAsync(source)).ShouldBe("more than 1000 files match '*.json'");
    }

    [Fact]
    public async Task Cancelled_question_ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Source("targets.json").AskAsync(cancelled.Token));
    }

    private FileSource Source(string path) => new(new FileDiscoveryOptions { Path = path }, _directory.Path);

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_directory.Path, name), target);

    /// <summary>In one step and over what is there, as Kubernetes swaps a link to a directory; the library refuses to.</summary>
    private void Rename(string from, string to) => LibC.Rename(Path.Combine(_directory.Path, from), Path.Combine(_directory.Path, to));

    private static Task<SourceAnswer> AskAsync(FileSource source) => source.AskAsync(TestContext.Current.CancellationToken).WithDeadlineAsync();

    private static async Task<string[]> HostsAsync(FileSource source)
    {
        var answer = await AskAsync(source);
        answer.Error.ShouldBeNull();
        return [.. answer.Instances.Select(instance => instance.Host)];
    }

    private static async Task<string> ErrorAsync(FileSource source) => (await AskAsync(source)).Error.ShouldNotBeNull();
}
