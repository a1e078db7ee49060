using ApiAmbassador.Cli;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Tests.Cli;

public class ErrorReportTests
{
    [Fact]
    public void Error_is_its_place_and_its_sentence()
    {
        Written(new ConfigError(new Place("routes.json", 7), "A:B", "is wrong"))
            .ShouldBe(["routes.json:7  A:B", "  is wrong", "", "1 error."]);
    }

    [Theory]
    [InlineData(null, "", "is wrong", "is wrong")]
    [InlineData(null, "A:B", "is wrong", "A:B\n  is wrong")]
    [InlineData("file.json", "", "is wrong", "file.json\n  is wrong")]
    public void What_is_not_known_is_left_out(string? source, string path, string message, string expected)
    {
        var error = new ConfigError(source is null ? null : new Place(source), path, message);

        error.ToString().ShouldBe(expected.ReplaceLineEndings());
    }

    [Fact]
    public void Several_errors_are_counted()
    {
        var error = new ConfigError(Place: null, "", "x");

        Written(error, error).ShouldBe(["x", "x", "", "2 errors."]);
    }

    [Theory]
    [InlineData(78, 1)]
    [InlineData(79, 2)]
    public void Sentence_is_folded_only_beyond_80_columns(int length, int lines)
    {
        var message = "word " + new string('x', length - 5);

        Written(new ConfigError(new Place("f"), "", message))[1..^2].Length.ShouldBe(lines);
    }

    [Fact]
    public void Long_sentence_is_folded_at_spaces_and_loses_nothing()
    {
        const int seed = 7;
        var random = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var message = string.Join(' ', Enumerable.Range(0, random.Next(1, 60)).Select(_ => new string('x', random.Next(1, 30))));

            var lines = Written(new ConfigError(new Place("f"), "", message))[1..^2];

            string.Join(' ', lines.Select(line => line[2..])).ShouldBe(message, $"seed {seed}, round {round}");
            lines.ShouldAllBe(line => line.StartsWith("  ") && line.Length <= 80, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Word_longer_than_a_line_stands_whole()
    {
        var url = "http://" + new string('x', 200);

        Written(new ConfigError(new Place("f"), "", $"see {url} for more")).ShouldBe(["f", "  see", "  " + url, "  for more", "", "1 error."]);
    }

    private static string[] Written(params ConfigError[] errors)
    {
        var writer = new StringWriter();
        ErrorReport.Write(writer, errors);
        return writer.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n');
    }
}
