using ApiAmbassador.Configuration;

namespace ApiAmbassador.Cli;

/// <summary>Errors as a person reads them: each with its place, all of them, and how many.</summary>
internal static class ErrorReport
{
    private const int Columns = 80;

    /// <summary>Writes them, folded to 80 columns.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<ConfigError> errors)
    {
        foreach (var line in errors.SelectMany(error => error.ToString().Split(Environment.NewLine)))
        {
            Fold(writer, line);
        }

        writer.WriteLine();
        writer.WriteLine(errors.Count == 1 ? "1 error." : $"{errors.Count} errors.");
    }

    /// <summary>Breaks at spaces and indents what follows; a word longer than the line stands whole, so that it can be copied.</summary>
    private static void Fold(TextWriter writer, string line)
    {
        var indent = line.StartsWith("  ", StringComparison.Ordinal) ? "  " : "";
        var rest = line[indent.Length..];
        while (indent.Length + rest.Length > Columns)
        {
            var cut = rest.LastIndexOf(' ', Columns - indent.Length);
            cut = cut > 0 ? cut : rest.IndexOf(' ');
            if (cut < 0)
            {
                break;
            }

            writer.WriteLine(indent + rest[..cut].TrimEnd());
            rest = rest[cut..].TrimStart();
            indent = "  ";
        }

        writer.WriteLine(indent + rest);
    }
}
