using System.Text;
using ApiAmbassador.Configuration;
using ApiAmbassador.Tests.Support;

namespace ApiAmbassador.Tests.Configuration;

public class JsonFileTests
{
    [Fact]
    public void Setting_knows_the_line_of_its_key()
    {
        var root = Parsed("{\n  \"a\": 1,\n\n  \"b\": {\n    \"c\": [\n      \"x\",\n      \"y\"\n    ]\n  }\n}");

        root.PlaceOf("a").ToString().ShouldBe("routes.json:2");
        root.PlaceOf("b").Line.ShouldBe(4);
        root.PlaceOf("b", "c").Line.ShouldBe(5);
        root.PlaceOf("b", "c", "0").Line.ShouldBe(6);
        root.PlaceOf("b", "c", "1").Line.ShouldBe(7);
    }

    [Fact]
    public void Lines_with_carriage_returns_count_once()
    {
        Parsed("{\r\n\"a\": 1,\r\n\"b\": 2\r\n}").PlaceOf("b").Line.ShouldBe(3);
    }

    [Fact]
    public void Setting_on_the_line_of_its_colon_is_placed_at_its_key_where_the_value_comes_later()
    {
        var root = Parsed("{\n\"a\":\n\n1 }");

        root.Find("a")!.Value.ShouldBe("1");
        root.PlaceOf("a").Line.ShouldBe(2);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_taken()
    {
        var root = Parsed("// head\n{\n /* two\n lines */ \"a\": [1, 2,], // tail\n \"b\": true,\n}\n// end");

        root.Find("a")!.Children.Count.ShouldBe(2);
        root.PlaceOf("b").Line.ShouldBe(5);
    }

    [Fact]
    public void Byte_order_mark_is_taken_and_moves_no_line()
    {
        var (root, errors) = Settings.Parse([.. Encoding.UTF8.Preamble, .. "{\n\"a\": 1}"u8]);

        errors.ShouldBeEmpty();
        root!.PlaceOf("a").Line.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{ "a": "text" }""", "text")]
    [InlineData("""{ "a": "" }""", "")]
    [InlineData("""{ "a": true }""", "True")]
    [InlineData("""{ "a": false }""", "False")]
    [InlineData("""{ "a": 1.50 }""", "1.50")]
    [InlineData("""{ "a": "\u00e9\n" }""", "é\n")]
    public void Value_is_kept_as_the_framework_would_write_it(string json, string value)
    {
        Parsed(json).Find("a")!.Value.ShouldBe(value);
    }

    [Fact]
    public void Null_is_a_value_of_its_own()
    {
        var node = Parsed("""{ "a": null }""").Find("a")!;

        node.IsNull.ShouldBeTrue();
        node.IsLeaf.ShouldBeTrue();
        node.Value.ShouldBeNull();
    }

    [Fact]
    public void Key_with_colons_is_a_path()
    {
        var root = Parsed("""{ "a:b:c": 1, "a": 2 }""", out var errors);

        root.Find("a", "b", "c")!.Value.ShouldBe("1");
        errors.ShouldHaveSingleItem().Path.ShouldBe("a");
    }

    [Fact]
    public void Key_with_colons_joins_the_object_that_stands_before_it()
    {
        var root = Parsed("""{ "a": { "b": 1 }, "a:c": 2 }""");

        root.Find("a", "b")!.Value.ShouldBe("1");
        root.Find("a", "c")!.Value.ShouldBe("2");
    }

    [Theory]
    [InlineData("{ \"a\": 1,\n \"a\": 2 }")]
    [InlineData("{ \"a\": 1,\n \"A\": 2 }")]
    [InlineData("{ \"x\": { \"a\": 1 },\n \"x:a\": 2 }")]
    public void Key_twice_in_one_object_is_an_error_at_the_second(string json)
    {
        var root = Parsed(json, out var errors);

        var error = errors.ShouldHaveSingleItem();
        error.Message.ShouldContain("stands twice");
        error.Place!.Value.Line.ShouldBe(2);
        (root.Find("a") ?? root.Find("x", "a"))!.Value.ShouldBe("1");
    }

    [Fact]
    public void Same_key_in_two_objects_is_no_error()
    {
        Parsed("""{ "a": { "x": 1 }, "b": { "x": 2 } }""").Children.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("{\n \"a\": 1\n \"b\": 2\n}", 3)]
    [InlineData("{\n \"a\": tru\n}", 2)]
    [InlineData("{\n \"a\": [\n1,\n", 4)]
    [InlineData("{\n \"a\": 1\n}\nmore", 4)]
    [InlineData("{}\n{}", 2)]
    [InlineData("", 1)]
    [InlineData("\n\n", 3)]
    public void Broken_json_is_an_error_with_its_line(string json, int line)
    {
        var (root, errors) = Settings.Parse(json);

        root.ShouldBeNull();
        var error = errors.ShouldHaveSingleItem();
        error.Message.ShouldStartWith("is not valid JSON: ");
        error.Message.ShouldNotContain("BytePosition");
        error.Place.ShouldBe(new Place("routes.json", line));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void Something_else_than_an_object_is_an_error(string json)
    {
        var (root, errors) = Settings.Parse(json);

        root.ShouldBeNull();
        errors.ShouldHaveSingleItem().Message.ShouldContain("must hold one JSON object");
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'a', (byte)'"', (byte)':', (byte)'"', 0xFF, (byte)'"', (byte)'}' })]
    public void Text_that_is_not_UTF8_is_an_error(byte[] content)
    {
        var (root, errors) = Settings.Parse(content);

        root.ShouldBeNull();
        errors.ShouldHaveSingleItem().Message.ShouldBe("is not valid UTF-8 text");
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Objects_nest_to_a_bound(int depth, bool isTaken)
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1);

        (Settings.Parse(json).Root is not null).ShouldBe(isTaken);
    }

    [Fact]
    public void Keys_with_colons_nest_to_the_same_bound()
    {
        var (_, errors) = Settings.Parse($$"""{ "Logging": { "{{string.Concat(Enumerable.Repeat("a:", 100_000))}}a": 1 } }""");

        errors.ShouldHaveSingleItem().Message.ShouldContain("nested deeper than");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:")]
    [InlineData(":a")]
    [InlineData("a::b")]
    public void Empty_key_is_an_error(string key)
    {
        Parsed($$"""{ "{{key}}": { "Ambassador": { "DrainDelay": "x" } } }""", out var errors);

        errors.ShouldHaveSingleItem().Message.ShouldContain("empty key");
    }

    [Fact]
    public void File_beyond_the_bound_is_not_read()
    {
        using var directory = new TempDirectory();
        var path = Path.Combine(directory.Path, "huge.json");
        using (var file = File.Create(path))
        {
            file.SetLength(JsonFile.BytesMax + 1);
        }

        var errors = new List<ConfigError>();

        JsonFile.Read(path, "huge.json", errors).ShouldBeNull();
        errors.ShouldHaveSingleItem().Message.ShouldContain("is larger than 16 MiB");
    }

    [Fact]
    public void File_that_went_away_is_an_error()
    {
        var errors = new List<ConfigError>();

        JsonFile.Read(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()), "gone.json", errors).ShouldBeNull();
        errors.ShouldHaveSingleItem().Message.ShouldStartWith("cannot be read: ");
    }

    [Fact]
    public void Mutations_of_a_valid_file_give_a_tree_or_an_error()
    {
        const int seed = 20_240_917;
        var random = new Random(seed);
        var valid = Encoding.UTF8.GetBytes(Settings.Valid);
        for (var round = 0; round < 20_000; round++)
        {
            var content = Mutate(valid, random);
            try
            {
                var (root, errors) = Settings.Parse(content);
                if (root is null)
                {
                    Assert.NotEmpty(errors);
                    continue;
                }

                // What was read can be checked and handed on, whatever it is.
                ShapeCheck.Prune(root, []);
                _ = root.Flatten().Count();
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {Convert.ToBase64String(content)}\n{e}");
            }
        }
    }

    /// <summary>One to four edits: a byte changed, a stretch taken out, or a stretch put in again elsewhere.</summary>
    private static byte[] Mutate(byte[] valid, Random random)
    {
        var content = valid.ToList();
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(content.Count);
            var length = random.Next(1, Math.Min(30, content.Count - at) + 1);
            switch (random.Next(3))
            {
                case 0:
                    content[at] = random.Next(2) == 0 ? (byte)random.Next(256) : "{}[]\",:/\\n0"u8[random.Next(11)];
                    break;
                case 1 when length < content.Count:
                    content.RemoveRange(at, length);
                    break;
                default:
                    content.InsertRange(random.Next(content.Count), content.GetRange(at, length));
                    break;
            }
        }

        return [.. content];
    }

    private static ConfigNode Parsed(string json)
    {
        var root = Parsed(json, out var errors);
        errors.ShouldBeEmpty();
        return root;
    }

    private static ConfigNode Parsed(string json, out IReadOnlyList<ConfigError> errors)
    {
        (var root, errors) = Settings.Parse(json);
        return root.ShouldNotBeNull();
    }
}
