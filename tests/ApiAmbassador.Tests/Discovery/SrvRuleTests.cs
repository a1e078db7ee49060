using ApiAmbassador.Configuration;
using ApiAmbassador.Discovery;
using ApiAmbassador.Names;

namespace ApiAmbassador.Tests.Discovery;

public class SrvRuleTests
{
    /// <summary>Records and instances as <c>priority weight port target</c>.</summary>
    [Theory]
    [InlineData("10 5 80 a", "0 5 80 a")]
    [InlineData("10 1 80 a, 20 1 80 b, 20 1 80 c", "0 1 80 a, 1 1 80 b, 1 1 80 c")]
    [InlineData("65535 1 80 b, 0 1 80 a", "0 1 80 a, 1 1 80 b")]
    [InlineData("1 0 80 a, 1 0 80 b", "0 1 80 a, 0 1 80 b")] // Nobody says anything.
    [InlineData("1 0 80 a, 1 3 80 b", "0 1 80 a, 0 30 80 b")] // Still a little.
    [InlineData("1 0 80 a, 2 3 80 b", "0 1 80 a, 1 3 80 b")] // Of another priority.
    [InlineData("1 3 80 a, 1 4 80 b", "0 3 80 a, 0 4 80 b")]
    [InlineData("1 0 80 a, 1 65535 80 b", "0 1 80 a, 0 65535 80 b")]
    [InlineData("1 0 80 a, 1 6553 80 b", "0 1 80 a, 0 65530 80 b")]
    [InlineData("1 0 80 a, 1 30000 80 b, 1 10000 80 c", "0 1 80 a, 0 60000 80 b, 0 20000 80 c")] // The relation of b and c stays.
    [InlineData("1 1 80 b, 1 1 81 a, 1 1 80 a", "0 1 80 a, 0 1 81 a, 0 1 80 b")]
    [InlineData("1 1 80 a, 1 7 80 a", "0 7 80 a")] // Twice in one priority.
    [InlineData("2 9 80 a, 1 1 80 a, 3 1 80 b", "0 1 80 a, 1 1 80 b")] // Twice, and then nobody is left in the second.
    [InlineData("0 0 0 .", "")]
    [InlineData("0 0 0 ., 1 1 80 a", "0 1 80 a")]
    [InlineData("", "")]
    public void Records_are_instances(string records, string instances) => Text(Of(records, new DnsSrvDiscoveryOptions())).ShouldBe(instances);

    [Fact]
    public void Settings_of_the_source_are_the_instances()
    {
        var options = new DnsSrvDiscoveryOptions { Scheme = "https", Priority = 5, Weight = 7, Zone = "z" };

        Of("1 0 443 a, 2 4 443 b", options).ShouldBe([new Instance("https", "a", 443, 7, 5, "z"), new Instance("https", "b", 443, 4, 6, "z")]);
    }

    [Fact]
    public void Order_of_the_records_does_not_matter()
    {
        const int seed = 11;
        var random = new Random(seed);
        var records = Enumerable.Range(0, 60).Select(i => $"{i % 3} {i % 4} {80 + (i % 2)} host{i % 25}").ToArray();
        var instances = Text(Of(string.Join(", ", records), new DnsSrvDiscoveryOptions()));
        for (var i = 0; i < 20; i++)
        {
            random.Shuffle(records);
            Text(Of(string.Join(", ", records), new DnsSrvDiscoveryOptions())).ShouldBe(instances, $"seed {seed}");
        }
    }

    [Fact]
    public void Port_0_is_refused_with_its_record()
    {
        Should.Throw<NameResolutionException>(() => Of("1 1 80 a, 1 1 0 b", new DnsSrvDiscoveryOptions()))
            .Message.ShouldBe("The SRV record of _api._tcp.test names port 0 of b");
    }

    private static IReadOnlyList<Instance> Of(string records, SourceOptions options) => SrvRule.Instances(
        records.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(record => record.Split(' ')).Select(part =>
            new ServiceRecord("_api._tcp.test", int.Parse(part[0]), int.Parse(part[1]), int.Parse(part[2]), part[3] == "." ? "" : part[3])),
        options);

    private static string Text(IEnumerable<Instance> instances) =>
        string.Join(", ", instances.Select(one => $"{one.Priority} {one.Weight} {one.Port} {one.Host}"));
}
