using ApiAmbassador.Admin;
using Spectre.Console;

namespace ApiAmbassador.Cli;

/// <summary>
/// The status on a terminal, drawn over what was there before, so that it does not flicker; never more than the terminal holds, or the top, which says
/// the most, would roll away.
/// </summary>
internal sealed class StatusScreen(TextWriter terminal) : IDisposable
{
    private const string Home = "\e[H", ToEndOfLine = "\e[K", ToEndOfScreen = "\e[J";

    private (int Width, int Height) _size;

    /// <summary>Draws it.</summary>
    /// <param name="status">What to draw.</param>
    /// <param name="width">Columns of the terminal as it is now.</param>
    /// <param name="height">Its lines.</param>
    public void Show(StatusView status, int width, int height)
    {
        if (_size != (width, height))
        {
            _size = (width, height);
            terminal.Write(Home + ToEndOfScreen); // What another size has left is wrapped anyhow.
        }

        var lines = Lines(status, Math.Min(width, StatusReport.Columns));
        var room = Math.Max(height - 1, 1); // The last line is the cursor's.
        var shown = lines.Length <= room ? lines : [.. lines.Take(room - 1), $"and {lines.Length - room + 1} more lines, which status without --watch shows"];
        terminal.Write(Home + string.Concat(shown.Select(line => line + ToEndOfLine + '\n')) + ToEndOfScreen);
        terminal.Flush();
    }

    /// <summary>Leaves the last picture, and the cursor below it.</summary>
    public void Dispose() => terminal.WriteLine();

    private static string[] Lines(StatusView status, int width)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.Standard, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = width;
        StatusReport.Show(console, status);
        return writer.ToString().TrimEnd('\n').Split('\n');
    }
}
