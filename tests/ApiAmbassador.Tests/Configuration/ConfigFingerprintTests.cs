using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Configuration;

public class ConfigFingerprintTests
{
    /// <summary>Shorter and longer than what is hashed at once, and as long.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4090)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void Of_knowsEveryLetter_andWhereItStands(int length)
    {
        var text = new string('x', length);
        var was = Of(text, text);

        Of(text, text).ShouldBe(was);
        Of(text, text[..^1] + "y").ShouldNotBe(was);
        Of("y" + text[1..], text).ShouldNotBe(was);
        Of(text + "x", text[..^1]).ShouldNotBe(was);
    }

    private static string Of(string first, string second)
    {
        var root = new ConfigNode(new Place(""));
        root.Set("First", ConfigNode.Leaf(first, root.Place));
        root.Set("Second", ConfigNode.Leaf(second, root.Place));
        return ConfigFingerprint.Of(root);
    }
}
