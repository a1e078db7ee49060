using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;

namespace ApiAmbassador.Tests.Discovery;

public sealed class TargetGroupsTests
{
    private static readonly FileDiscoveryOptions Plain = new();

    [Fact]
    public void List_of_prometheus_is_read_with_its_labels()
    {
        const string Json = """
            [
              // As another program wrote it.
              {
                "targets": ["10.0.0.1:8080", "[fd00::1]:8080", "node1.internal:8080"],
                "labels": { "weight": "3", "priority": "1", "zone": "b", "__scheme__": "https", "job": "api", "__meta_x": "y" },
              },
              { "targets": ["10.0.0.2:8080"] },
            ]
            """;

        Read(Json).ShouldBe(
        [
            new Instance("https", "10.0.0.1", 8080, 3, 1, "b"),
            new Instance("https", "fd00::1", 8080, 3, 1, "b"),
            new Instance("https", "node1.internal", 8080, 3, 1, "b"),
            new Instance("http", "10.0.0.2", 8080),
        ]);
    }

    [Fact]
    public void Defaults_hold_where_a_group_says_nothing()
    {
        var defaults = new HttpDiscoveryOptions { Scheme = "https", Weight = 5, Priority = 2, Zone = "a" };

        Read("""[{ "targets": ["x"], "labels": { "priority": "7", "zone": "" } }]""", defaults).ShouldBe([new Instance("https", "x", 443, 5, 7, "a")]);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData(" [ ] ")]
    [InlineData("\uFEFF[]")]
    [InlineData("""[{ "targets": [] }]""")]
    [InlineData("""[{ "targets": [], "labels": null }]""")]
    public void List_of_nobody_is_a_list(string json) => Read(json).ShouldBeEmpty();

    [Theory]
    [InlineData("10.0.0.1:8080", "10.0.0.1", 8080)]
    [InlineData("10.0.0.1", "10.0.0.1", 80)]
    [InlineData("10.0.0.1:1", "10.0.0.1", 1)]
    [InlineData("10.0.0.1:65535", "10.0.0.1", 65535)]
    [InlineData("[FD00:0:0::1]:443", "fd00::1", 443)]
    [InlineData("[::1]", "::1", 80)]
    [InlineData("[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80)]
    [InlineData("Node1.Internal.:8080", "node1.internal", 8080)]
    [InlineData("api_backend_1:8080", "api_backend_1", 8080)]
    [InlineData("1.2.3.4.example", "1.2.3.4.example", 80)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example", 80)]
    public void Target_is_taken(string target, string host, int port)
    {
        Read(Targets(target)).ShouldBe([new Instance("http", host, port)]);
    }

    [Theory]
    [InlineData("", "names no host")]
    [InlineData(":8080", "names no host")]
    [InlineData("_a:80", "names no host")]
    [InlineData("host:", "has no port from 1 to 65535")]
    [InlineData("host:0", "has no port from 1 to 65535")]
    [InlineData("host:65536", "has no port from 1 to 65535")]
    [InlineData("host:99999999999", "has no port from 1 to 65535")]
    [InlineData("host:-1", "has no port from 1 to 65535")]
    [InlineData("host:+1", "has no port from 1 to 65535")]
    [InlineData("host: 80", "has no port from 1 to 65535")]
    [InlineData("host:http", "has no port from 1 to 65535")]
    [InlineData("fd00::1", "an IPv6 address stands in brackets")]
    [InlineData("[fd00::1", "names no host")]
    [InlineData("[fd00::1]8080", "has no port")]
    [InlineData("[fe80::1%eth0]:80", "names no host")]
    [InlineData("[10.0.0.1]:80", "names no host")]
    [InlineData("[[::1]]:80", "has no port")]
    [InlineData("[]:80", "names no host")]
    [InlineData("[::1]:80:80", "an IPv6 address stands in brackets")]
    [InlineData("http://10.0.0.1:80", "is not just host:port")]
    [InlineData("10.0.0.1:80/path", "is not just host:port")]
    [InlineData("10.0.0.1:80?x=1", "is not just host:port")]
    [InlineData("10.0.0.1:80#x", "is not just host:port")]
    [InlineData("10.0.0.1\\n:80", "names no host")]
    [InlineData("a\\u0000b:80", "names no host")]
    [InlineData("a b:80", "names no host")]
    [InlineData("a%41:80", "names no host")]
    [InlineData("bücher.example:80", "names no host")]
    [InlineData("a..b:80", "names no host")]
    [InlineData(".a:80", "names no host")]
    [InlineData(".:80", "names no host")]
    [InlineData("a..:80", "names no host")]
    [InlineData("-a:80", "names no host")]
    [InlineData("a-:80", "names no host")]
    [InlineData("010.0.0.1:80", "names no host")]
    [InlineData("1.2.3:80", "names no host")]
    [InlineData("256.0.0.1:80", "names no host")]
    [InlineData("2130706433:80", "names no host")]
    [InlineData("0x7f000001:80", "names no host")]
    public void Target_is_refused(string target, string why)
    {
        var error = Refused(Targets(target));

        error.ShouldStartWith("group 1, target 1 ");
        error.ShouldContain(why);
    }

    [Fact]
    public void Name_is_as_long_as_names_may_be()
    {
        var label = new string('a', 63);
        var longest = $"{label}.{label}.{label}.{new string('a', 61)}";

        Read(Targets(longest)).ShouldHaveSingleItem().Host.ShouldBe(longest);
        Refused(Targets(longest + "a")).ShouldContain("names no host");
        Refused(Targets(label + "a.example")).ShouldContain("names no host");
    }

    [Theory]
    [InlineData("weight", "\"0\"", 0)]
    [InlineData("weight", "\"65535\"", 65535)]
    [InlineData("weight", "7", 7)]
    [InlineData("priority", "\"0\"", 0)]
    [InlineData("priority", "\"1000\"", 1000)]
    [InlineData("priority", "3", 3)]
    public void Number_is_taken(string label, string value, int number)
    {
        var instance = Read(Labels(label, value)).ShouldHaveSingleItem();

        (label == "weight" ? instance.Weight : instance.Priority).ShouldBe(number);
    }

    [Theory]
    [InlineData("weight", "\"65536\"", "has a weight that is no number from 0 to 65535")]
    [InlineData("weight", "-1", "has a weight")]
    [InlineData("weight", "\"-1\"", "has a weight")]
    [InlineData("weight", "1.5", "has a weight")]
    [InlineData("weight", "\"1.0\"", "has a weight")]
    [InlineData("weight", "\" 1\"", "has a weight")]
    [InlineData("weight", "true", "has a weight")]
    [InlineData("weight", "null", "has a weight")]
    [InlineData("weight", "99999999999999999999", "has a weight")]
    [InlineData("priority", "1001", "has a priority that is no number from 0 to 1000")]
    [InlineData("priority", "\"x\"", "has a priority")]
    [InlineData("zone", "1", "has a zone")]
    [InlineData("zone", "\"a\\nb\"", "has a zone")]
    [InlineData("zone", "\"a234567890123456789012345678901234567890123456789012345678901234\"", "has a zone that is no text of up to 63 letters")]
    [InlineData("__scheme__", "\"ftp\"", "has a __scheme__ that is neither http nor https")]
    [InlineData("__scheme__", "\"HTTP\"", "has a __scheme__")]
    [InlineData("__scheme__", "null", "has a __scheme__")]
    public void Label_is_refused(string label, string value, string why)
    {
        Refused(Labels(label, value)).ShouldStartWith("group 1 " + why);
    }

    [Theory]
    [InlineData("", "is empty; a list of nobody is written as []")]
    [InlineData(" \n", "is empty")]
    [InlineData("\uFEFF", "is empty")]
    [InlineData("null", "is no list of target groups")]
    [InlineData("{}", "is no list of target groups")]
    [InlineData("[[]]", "group 1 is no object with targets")]
    [InlineData("[null]", "group 1 is no object with targets")]
    [InlineData("[{}]", "group 1 has no list of targets")]
    [InlineData("""[{ "targets": null }]""", "group 1 has no list of targets")]
    [InlineData("""[{ "targets": "a:1" }]""", "group 1 has no list of targets")]
    [InlineData("""[{ "targets": [1] }]""", "group 1, target 1 names no host")]
    [InlineData("""[{ "targets": [] }, { "target": [] }]""", "group 2 has a key 'target', which is neither targets nor labels")]
    [InlineData("""[{ "targets": [], "labels": [] }]""", "group 1 has labels that are no object")]
    [InlineData("""[{ "targets": ["a:1"], "targets": [] }]""", "is not valid JSON: Duplicate property 'targets'")]
    [InlineData("""[{ "targets": ["a:1"], "labels": { "zone": "a", "zone": "b" } }]""", "is not valid JSON: Duplicate property 'zone'")]
    [InlineData("""[{ "targets": ["\ud800"] }]""", "is not valid UTF-8 text")]
    [InlineData("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "is not valid JSON")]
    [InlineData("[]\n[]", "line 2 is not valid JSON")]
    [InlineData("[\n{ \"targets\": [\"a:1\"\n", "line 3 is not valid JSON")]
    public void List_is_refused(string json, string why) => Refused(json).ShouldContain(why);

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        byte[] json = [.. "[{\"targets\":[\""u8, 0xff, 0xfe, .. "\"]}]"u8];

        TargetGroups.Read(json, Plain).Error.ShouldBe("is not valid UTF-8 text");
    }

    [Fact]
    public void Instance_named_twice_stands_once()
    {
        Read("""[{ "targets": ["A:80", "a.:80", "a"] }, { "targets": ["a:80"] }]""").ShouldBe([new Instance("http", "a", 80)]);
        Read("""[{ "targets": ["[::1]", "[0:0::1]"] }, { "targets": ["[::1]:80"], "labels": { "__scheme__": "https" } }]""").Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("weight", "2")]
    [InlineData("priority", "2")]
    [InlineData("zone", "\"b\"")]
    public void Instance_named_twice_with_other_labels_is_refused(string label, string value)
    {
        Refused($$"""[{ "targets": ["a:80"] }, { "targets": ["b:80", "a:80"], "labels": { "{{label}}": {{value}} } }]""")
            .ShouldBe("group 2, target 2 ('a:80') is named twice, with different weights, priorities or zones");
    }

    [Theory]
    [InlineData("admin:hunter2@10.0.0.1:80")]
    [InlineData("http://admin:hunter2@10.0.0.1:80/")]
    [InlineData("admin:hunter2%40host:80")]
    [InlineData("host:80/?token=hunter2")]
    [InlineData("@hunter2@")]
    public void Secrets_in_targets_are_not_repeated(string target)
    {
        Refused(Targets(target)).ShouldNotContain("hunter2");
    }

    [Fact]
    public void Errors_are_short_lines()
    {
        var long1 = new string('a', 100_000);

        Refused(Targets(long1)).Length.ShouldBeLessThan(400);
        Refused($$"""[{ "{{long1}}\n": 1 }]""").Length.ShouldBeLessThan(400);
        Refused($$"""[{ "targets": [], "labels": { "{{long1}}": 1, "{{long1}}": 2 } }]""").Length.ShouldBeLessThan(400);
        Refused("""[{ "a\n\u001b\u202eb": 1 }]""").ShouldContain("'a ??b'");
    }

    [Fact]
    public void List_has_as_many_instances_as_it_may()
    {
        Read(Many(InstanceSet.CountMax)).Count.ShouldBe(InstanceSet.CountMax);
        Refused(Many(InstanceSet.CountMax + 1)).ShouldEndWith("is one more than the 20000 instances that a source may name");
    }

    [Fact]
    public void List_is_as_large_as_it_may_be()
    {
        Read("[]" + new string(' ', TargetGroups.BytesMax - 2)).ShouldBeEmpty();
        Refused("[]" + new string(' ', TargetGroups.BytesMax - 1)).ShouldBe("is larger than 16 MiB");
    }

    private static string Many(int count) => $$"""[{ "targets": [{{string.Join(',', Enumerable.Range(1, count).Select(n => $"\"10.{n >> 16}.{n >> 8 & 255}.{n & 255}:80\""))}}] }]""";

    private static string Targets(string target) => $$"""[{ "targets": ["{{target}}"] }]""";

    private static string Labels(string label, string value) => $$"""[{ "targets": ["a:1"], "labels": { "{{label}}": {{value}} } }]""";

    private static IReadOnlyList<Instance> Read(string json, SourceOptions? defaults = null)
    {
        var answer = TargetGroups.Read(Encoding.UTF8.GetBytes(json), defaults ?? Plain);
        answer.Error.ShouldBeNull();
        return answer.Instances;
    }

    private static string Refused(string json)
    {
        var answer = TargetGroups.Read(Encoding.UTF8.GetBytes(json), Plain);
        answer.Instances.ShouldBeEmpty();
        return answer.Error.ShouldNotBeNull();
    }
}
