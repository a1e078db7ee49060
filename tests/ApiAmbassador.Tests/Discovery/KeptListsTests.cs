using ApiAmbassador.Discovery;
using ApiAmbassador.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace ApiAmbassador.Tests.Discovery;

public sealed class KeptListsTests : IDisposable
{
    private static readonly FeedId Id = new("api", "http", "http://registry/targets", """{ "Url": "http://user:geheim@registry/targets" }""");
    private static readonly Instance[] List = [new("http", "10.0.0.1", 8080, 3, 1, "b"), new("", "10.0.0.2", 0)];

    private readonly TempDirectory _directory = new();
    private readonly FakeTime _time = new();

    private string File => Path.Combine(_directory.Path, KeptLists.FileName);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_was_written_is_read_by_the_next_process_and_holds_no_secret()
    {
        Create().Write([(Id, Good(List), null)]);

        Create().Of(Id).ShouldBe(List);
        Create().Of(Id with { Settings = "other" }).ShouldBeEmpty();
        System.IO.File.ReadAllText(File).ShouldNotContain("geheim");
        Directory.GetFiles(_directory.Path).ShouldBe([File]);
    }

    [Fact]
    public void What_has_not_answered_yet_keeps_what_is_kept_of_it_and_what_is_followed_no_more_goes()
    {
        Create().Write([(Id, Good(List), null), (Id with { Cluster = "gone" }, Good(List), null)]);
        Create().Write([(Id, FeedState.Unanswered, null), (Id with { Cluster = "new" }, Good([]), null)]);

        Create().Of(Id).ShouldBe(List);
        Create().Of(Id with { Cluster = "gone" }).ShouldBeEmpty();
    }

    [Fact]
    public void Same_lists_are_not_written_again_and_others_at_most_once_a_second()
    {
        var kept = Create();
        kept.Write([(Id, Good(List), null)]);
        System.IO.File.Delete(File);
        _time.Advance(TimeSpan.FromSeconds(5));
        kept.Write([(Id, Good(List), null)]);
        System.IO.File.Exists(File).ShouldBeFalse();

        kept.Write([(Id, Good([]), null)]);
        System.IO.File.Exists(File).ShouldBeTrue();
        System.IO.File.Delete(File);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        kept.Write([(Id, Good(List), null)]);
        System.IO.File.Exists(File).ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));
        kept.Write([(Id, Good(List), null)]);
        System.IO.File.Exists(File).ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{ "key": null }""")]
    [InlineData("""{ "key": [ null ] }""")]
    [InlineData("""{ "key": [ { "Scheme": "file", "Host": "10.0.0.1", "Port": 80 } ] }""")]
    [InlineData("""{ "key": [ { "Scheme": "http", "Host": null, "Port": 80 } ] }""")]
    [InlineData("""{ "key": [ { "Scheme": "http", "Host": "a b\r\n", "Port": 80 } ] }""")]
    [InlineData("""{ "key": [ { "Scheme": "http", "Host": "a", "Port": 99999 } ] }""")]
    [InlineData("""{ "key": [ { "Scheme": "http", "Host": "a", "Port": 80, "Weight": -1 } ] }""")]
    public void What_is_not_ours_is_nothing(string content)
    {
        Create().Write([(Id, Good(List), null)]);
        var key = System.Text.Json.JsonDocument.Parse(System.IO.File.ReadAllText(File)).RootElement.EnumerateObject().Single().Name;
        System.IO.File.WriteAllText(File, content.Replace("key", key, StringComparison.Ordinal));

        Create().Of(Id).ShouldBeEmpty();
    }

    [Fact]
    public void Directory_that_cannot_be_written_harms_nothing()
    {
        var kept = Create();
        Directory.Delete(_directory.Path);

        Should.NotThrow(() => kept.Write([(Id, Good(List), null)]));

        Directory.CreateDirectory(_directory.Path);
        _time.Advance(TimeSpan.FromSeconds(1));
        kept.Write([(Id, Good(List), null)]);
        Create().Of(Id).ShouldBe(List);
    }

    [Fact]
    public void Without_a_directory_nothing_is_kept()
    {
        var kept = new KeptLists(null, _time, NullLogger<KeptLists>.Instance);
        kept.Write([(Id, Good(List), null)]);

        kept.Of(Id).ShouldBeEmpty();
    }

    private KeptLists Create() => new(_directory.Path, _time, NullLogger<KeptLists>.Instance);

    private static FeedState Good(IReadOnlyList<Instance> list) => FeedState.Unanswered with { List = list, GoodAt = DateTimeOffset.UnixEpoch, HasAnswered = true };
}
