using System.Text.Json;
using ApiAmbassador.Cli;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Cli;

public class SettingReportTests
{
    private static readonly Setting[] Settings =
    [
        new("Group", "Written", ["a", "b"], IsList: true, "routes.json:3", IsDefault: false),
        new("Group", "Given", ["1"], IsList: false, "default", IsDefault: true),
        new("Group", "Unset", [], IsList: false, "default", IsDefault: true),
        new("Group", "UnsetToo", [], IsList: true, "default", IsDefault: true),
    ];

    [Fact]
    public void Text_piped_hasNoEscapesAndALineForEach() => Text(Settings, isTerminal: false).ShouldBe(
        """
        Group
          Written  a, b  routes.json:3
          Given    1     default
          not set: Unset, UnsetToo

        """);

    [Fact]
    public void Text_onATerminal_dimsDefaultsOnly()
    {
        var lines = Text(Settings, isTerminal: true).Split(Environment.NewLine);

        lines[1].ShouldNotContain("\e");
        lines[2].ShouldStartWith("\e[2m");
        lines[2].ShouldEndWith("\e[0m");
    }

    [Fact]
    public void Text_onATerminal_fits80Columns()
    {
        var settings = Enumerable.Range(1, 70).SelectMany(length => new[]
        {
            new Setting("Group", new string('n', Math.Min(length, 50)), [new string('v', length)], IsList: false, new string('s', length), IsDefault: false),
            new Setting("Group", $"unset{length}", [], IsList: false, "default", IsDefault: true),
        });

        Text([.. settings], isTerminal: true).Split(Environment.NewLine).Max(line => line.Length).ShouldBeInRange(60, 80);
    }

    [Fact]
    public void Json_hasPathValueSourceAndDefault()
    {
        using var writer = new StringWriter();
        SettingReport.WriteJson(writer, Settings);
        var array = JsonDocument.Parse(writer.ToString()).RootElement;

        array.GetArrayLength().ShouldBe(4);
        array[0].GetProperty("path").GetString().ShouldBe("Group:Written");
        array[0].GetProperty("value").EnumerateArray().Select(item => item.GetString()).ShouldBe(["a", "b"]);
        array[0].GetProperty("source").GetString().ShouldBe("routes.json:3");
        array[0].GetProperty("isDefault").GetBoolean().ShouldBeFalse();
        array[1].GetProperty("value").GetString().ShouldBe("1");
        array[2].GetProperty("value").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private static string Text(IReadOnlyList<Setting> settings, bool isTerminal)
    {
        using var writer = new StringWriter();
        SettingReport.WriteText(writer, settings, isTerminal);
        return writer.ToString();
    }
}
