using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class NodeSectionTests
{
    [Fact]
    public void Section_says_what_the_framework_says_of_the_same_tree()
    {
        var gathered = Settings.Gather(Settings.With("ReverseProxy:Routes:plain", """
            { "ClusterId": "one", "Match": { "Path": "/x", "Methods": [], "Hosts": [ "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" ] }, "Order": null, "Metadata": {} }
            """));

        new NodeSection(gathered.Root.Find("ReverseProxy"), "ReverseProxy").AsEnumerable().ToList()
            .ShouldBe(new ConfigurationBuilder().AddInMemoryCollection(gathered.Root.Flatten()).Build().GetSection("ReverseProxy").AsEnumerable().ToList(), ignoreOrder: true);
    }

    [Theory]
    [InlineData("Routes:plain:ClusterId", "one")]
    [InlineData("routes:PLAIN:clusterid", "one")]
    [InlineData("Routes:plain", null)]
    [InlineData("Routes:missing:ClusterId", null)]
    public void Value_is_found_by_its_path(string path, string? value)
    {
        new NodeSection(Settings.Gather(Settings.Valid).Root.Find("ReverseProxy"), "ReverseProxy")[path].ShouldBe(value);
    }
}
