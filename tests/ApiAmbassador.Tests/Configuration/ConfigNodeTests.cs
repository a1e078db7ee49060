using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class ConfigNodeTests
{
    [Fact]
    public void Overlay_of_two_objects_keeps_what_the_later_does_not_say()
    {
        Overlaid("""{ "a": { "x": 1, "y": 1 } }""", """{ "A": { "y": 2, "z": 2 } }""").ShouldBe(["a:x=1", "a:y=2", "a:z=2"]);
    }

    [Fact]
    public void Overlay_of_a_list_replaces_the_list()
    {
        Overlaid("""{ "a": [1, 2, 3] }""", """{ "a": [9] }""").ShouldBe(["a:0=9"]);
    }

    [Theory]
    [InlineData("""{ "a": 1 }""", """{ "a": { "x": 2 } }""", "a:x=2")]
    [InlineData("""{ "a": { "x": 1 } }""", """{ "a": 2 }""", "a=2")]
    [InlineData("""{ "a": [1, 2] }""", """{ "a": { "x": 2 } }""", "a:0=1 a:1=2 a:x=2")] // Not a list: the shape check says so.
    [InlineData("""{ "a": { "x": 1 } }""", """{ "a": [2] }""", "a:0=2")]
    public void Overlay_of_different_kinds_takes_the_later(string earlier, string later, string expected)
    {
        string.Join(' ', Overlaid(earlier, later)).ShouldBe(expected);
    }

    [Fact]
    public void Overlay_of_a_null_resets()
    {
        Overlaid("""{ "a": { "x": 1 }, "b": 1 }""", """{ "a": null }""").ShouldBe(["b=1"]);
    }

    [Fact]
    public void Overlay_over_a_null_starts_anew()
    {
        Overlaid("""{ "a": null }""", """{ "a": { "x": 1 } }""").ShouldBe(["a:x=1"]);
    }

    [Fact]
    public void Overlay_of_numbered_variables_replaces_a_list()
    {
        var root = Settings.Parse("""{ "a": { "list": ["x", "y", "z"] } }""").Root!;

        root.Overlay(EnvironmentSource.Read(Settings.Variables(("a__list__0", "one"), ("a__list__1", "two"))));

        Flat(root).ShouldBe(["a:list:0=one", "a:list:1=two"]);
    }

    [Fact]
    public void Overlay_of_numbered_variables_joins_an_object()
    {
        var root = Settings.Parse("""{ "a": { "0": "x", "1": "y" } }""").Root!;

        root.Overlay(EnvironmentSource.Read(Settings.Variables(("a__1", "two"))));

        Flat(root).ShouldBe(["a:0=x", "a:1=two"]);
    }

    [Fact]
    public void Overlay_moves_the_place_to_the_later_source()
    {
        var root = Settings.Parse("{\n \"a\": { \"x\": 1,\n \"y\": 2 } }").Root!;

        root.Overlay(EnvironmentSource.Read(Settings.Variables(("a__x", "3"))));

        root.PlaceOf("a", "x").ToString().ShouldBe("environment variable a__x");
        root.PlaceOf("a", "y").ToString().ShouldBe("routes.json:3");
    }

    [Fact]
    public void PlaceOf_a_setting_not_written_is_that_of_the_nearest_above()
    {
        Settings.Parse("{\n \"a\": {} }").Root!.PlaceOf("a", "b", "c").Line.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{ "a": {} }""")]
    [InlineData("""{ "a": [] }""")]
    public void Flatten_keeps_what_is_empty_as_the_framework_does(string json)
    {
        Flat(Settings.Parse(json).Root!).ShouldBe(["a="]);
    }

    [Theory]
    [InlineData("a__b__c")]
    [InlineData("a:b:c")]
    [InlineData("a__b:c")] // As one key with a colon it would go around the check of what may be written where.
    public void Variable_names_a_setting_by_its_path(string name)
    {
        EnvironmentSource.Read(Settings.Variables((name, "x"))).Find("a", "b", "c")!.Value.ShouldBe("x");
    }

    [Theory]
    [InlineData("PATH")]
    [InlineData("__a")]
    [InlineData("a__")]
    [InlineData("a____b")]
    public void Variables_that_name_no_setting_are_left_alone(string name)
    {
        EnvironmentSource.Read(Settings.Variables((name, "x"))).Children.ShouldBeEmpty();
    }

    private static string[] Overlaid(string earlier, string later)
    {
        var root = Settings.Parse(earlier).Root!;
        root.Overlay(Settings.Parse(later).Root!);
        return Flat(root);
    }

    private static string[] Flat(ConfigNode root) => [.. root.Flatten().Select(pair => $"{pair.Key}={pair.Value}")];
}
