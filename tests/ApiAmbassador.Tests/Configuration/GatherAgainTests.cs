using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

/// <summary>Reading again takes the nodes in force where nothing has changed, and gives the tree that reading anew gives.</summary>
public sealed class GatherAgainTests : IDisposable
{
    private const string Two = """
        {
          "Ambassador": { "DrainDelay": "00:00:01" },
          "ReverseProxy": {
            "Clusters": {
              "one": { "Destinations": { "a": { "Address": "http://a" }, "b": { "Address": "http://b" } } },
              "two": { "Destinations": { "c": { "Address": "http://c", "Weight": 2 } } }
            },
            "Routes": { "all": { "ClusterId": "one", "Match": { "Path": "/", "Methods": ["GET", "PUT"] } } }
          }
        }
        """;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void OneChange_makesNewNodesOnlyOnItsPath()
    {
        var before = Gather(Two).Root;
        var after = Gather(Two.Replace("http://b", "http://d", StringComparison.Ordinal), before).Root;

        NodeOf(after, "two").ShouldBeSameAs(NodeOf(before, "two"));
        after.Find("ReverseProxy", "Routes").ShouldBeSameAs(before.Find("ReverseProxy", "Routes"));
        NodeOf(after, "one", "Destinations", "a").ShouldBeSameAs(NodeOf(before, "one", "Destinations", "a"));
        NodeOf(after, "one", "Destinations", "b", "Address").Value.ShouldBe("http://d");
        NodeOf(before, "one", "Destinations", "b", "Address").Value.ShouldBe("http://b");
    }

    /// <summary>The variable is laid over a copy: what is in force is being read by others.</summary>
    [Fact]
    public void VariableOverWhatStays_leavesTheTreeInForceAsItIs()
    {
        var before = Gather(Two).Root;
        var text = Describe(before);

        var after = Gather(Two, before, ("Ambassador__DrainDelay", "00:00:09"), ("ReverseProxy__Clusters__two__Destinations__c__Weight", "7"), ("AMBASSADOR_DESTINATIONS", "e:1")).Root;

        Describe(before).ShouldBe(text);
        after.Find("Ambassador", "DrainDelay")!.Value.ShouldBe("00:00:09");
        NodeOf(after, "two", "Destinations", "c", "Weight").Value.ShouldBe("7");
        NodeOf(after, "one").ShouldBeSameAs(NodeOf(before, "one"));
    }

    [Theory]
    [InlineData("", "\n", "all a line further down")]
    [InlineData("\"GET\", \"PUT\"", "\"PUT\", \"GET\"", "another order")]
    [InlineData("\"GET\", \"PUT\"", "\"GET\"", "one less")]
    [InlineData("[\"GET\", \"PUT\"]", """{ "0": "GET", "1": "PUT" }""", "an object for a list")]
    [InlineData("\"Weight\": 2", "\"Weight\": null", "null for a value")]
    [InlineData("\"Weight\": 2", "\"weight\": 2", "another case")]
    [InlineData("\"Match\": {", "\"match\": {", "an object's key in another case")]
    [InlineData("\"Weight\": 2", "\"Weight\": \"2\"", "a text for a number")]
    [InlineData("\"a\": { \"Address\": \"http://a\" }, ", "", "the first one gone")]
    [InlineData(", \"b\": { \"Address\": \"http://b\" }", "", "the last one gone")]
    [InlineData("\"Address\": \"http://c\", \"Weight\": 2", "\"Weight\": 2, \"Address\": \"http://c\"", "keys in another order")]
    [InlineData("{ \"Address\": \"http://b\" }", "{ }", "nothing left of an object")]
    [InlineData("\"ClusterId\": \"one\", ", "\"ClusterId\": \"one\", \"ClusterId\": \"one\", ", "twice the same")]
    [InlineData("\"Weight\": 2", "\"Wieght\": 2", "an unknown key")]
    [InlineData("\"two\": {", "\"one\": {", "a key that stands twice")]
    [InlineData("\"Destinations\": { \"c\"", "\"Destinations:c\": { \"Zone\": \"z\" }, \"Destinations\": { \"c\"", "a key with a colon")]
    public void Change_givesWhatReadingAnewGives(string written, string instead, string what)
    {
        var text = written.Length == 0 ? instead + Two : Two.Replace(written, instead, StringComparison.Ordinal);
        text.ShouldNotBe(Two, what);
        var before = Gather(Two);

        var again = Gather(text, before.Root);
        var anew = Gather(text);

        Describe(again.Root).ShouldBe(Describe(anew.Root));
        again.Errors.ShouldBe(anew.Errors);
        Describe(before.Root).ShouldBe(Describe(Gather(Two).Root));
    }

    private Gathered Gather(string json, ConfigNode? inForce = null, params (string Name, string Value)[] variables)
    {
        _directory.Write("config/" + Settings.RouteFile, json);
        return ConfigGatherer.Gather(Settings.Sources(_directory, variables), isDirectoryNeeded: false, inForce);
    }

    private static ConfigNode NodeOf(ConfigNode root, params string[] path) => root.Find(["ReverseProxy", "Clusters", .. path]).ShouldNotBeNull();

    private static string Describe(ConfigNode node) =>
        $"{node.Place} {node.Value} {node.IsNull} {node.IsList} {{ {string.Join("; ", node.Children.Select(child => child.Key + ": " + Describe(child.Value)))} }}";
}
