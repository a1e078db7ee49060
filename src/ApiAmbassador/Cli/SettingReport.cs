using System.Text.Encodings.Web;
using System.Text.Json;
using ApiAmbassador.Configuration;

namespace ApiAmbassador.Cli;

/// <summary>Settings as a person reads them, and as a program does.</summary>
internal static class SettingReport
{
    private const int Columns = 80;
    private const int NameWidthMax = 34;
    private const int ValueWidthMax = 22;
    private const string Indent = "  ", Dim = "\e[2m", Plain = "\e[0m";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // For people and programs, not for web pages: an arrow or a quote stays one.
    };

    /// <summary>
    /// A heading for each group, a line for each setting, and in one paragraph what nobody set and has no default. A terminal gets
    /// lines of 80 columns, with defaults dimmed; a pipe gets one line each, so that it can be searched.
    /// </summary>
    public static void WriteText(TextWriter writer, IReadOnlyList<Setting> settings, bool isTerminal)
    {
        var columns = isTerminal ? Columns : int.MaxValue;
        var isDimmed = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var separator = "";
        foreach (var group in settings.GroupBy(setting => setting.Group))
        {
            writer.Write(separator);
            writer.WriteLine(group.Key);
            separator = Environment.NewLine;
            var set = group.Where(setting => setting.IsSet).ToArray();
            var names = Math.Min(NameWidthMax, set.Select(setting => setting.Name.Length).DefaultIfEmpty().Max());
            var values = Math.Min(ValueWidthMax, set.Select(setting => setting.Text.Length).DefaultIfEmpty().Max());
            foreach (var setting in set)
            {
                var (start, end) = setting.IsDefault && isDimmed ? (Dim, Plain) : ("", "");
                writer.WriteLine(start + string.Join(Environment.NewLine, Lines(setting, names, values, columns)) + end);
            }

            WriteUnset(writer, [.. group.Where(setting => !setting.IsSet).Select(setting => setting.Name)], columns);
        }
    }

    /// <summary>An array of objects: path, value (text, an array for a list, null for what is not set), source, isDefault.</summary>
    public static void WriteJson(TextWriter writer, IReadOnlyList<Setting> settings) =>
        writer.WriteLine(JsonSerializer.Serialize(
            settings.Select(SettingView.Of),
            Json));

    /// <summary>Name, value and source in columns; what does not fit stands on a line of its own, whole, so that it can be copied.</summary>
    private static IEnumerable<string> Lines(Setting setting, int nameWidth, int valueWidth, int columns)
    {
        var line = Indent + setting.Name.PadRight(nameWidth);
        if (line.Length + 2 + setting.Text.Length > columns)
        {
            yield return line.TrimEnd();
            line = Indent + Indent + setting.Text;
        }
        else
        {
            line += Indent + setting.Text.PadRight(valueWidth);
        }

        if (line.Length + 2 + setting.Source.Length > columns)
        {
            yield return line.TrimEnd();
            line = Indent + Indent + setting.Source;
        }
        else
        {
            line += Indent + setting.Source;
        }

        yield return line.TrimEnd();
    }

    private static void WriteUnset(TextWriter writer, IReadOnlyList<string> names, int columns)
    {
        if (names.Count == 0)
        {
            return;
        }

        var line = Indent + "not set:";
        for (var i = 0; i < names.Count; i++)
        {
            var word = i == names.Count - 1 ? names[i] : names[i] + ',';
            if (line.Length + 1 + word.Length > columns)
            {
                writer.WriteLine(line);
                line = Indent + ' ';
            }

            line += ' ' + word;
        }

        writer.WriteLine(line);
    }
}
