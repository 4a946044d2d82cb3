using System.Globalization;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Cli.Demo;

/// <summary>Shows the progress of the demo: on a terminal in one line that is overwritten, elsewhere in plain lines.</summary>
internal sealed class DemoScreen(TextWriter output, bool isTerminal)
{
    private const int Width = 96;
    private const int BarWidth = 10;

    private readonly SortedDictionary<long, (string Name, ProtocolTask Task)> _shown = [];

    public void Heading(string text)
    {
        EraseProgress();
        output.WriteLine();
        output.WriteLine($"== {text}");
    }

    public void Step(string what, TimeSpan took)
    {
        EraseProgress();
        var milliseconds = took.TotalMilliseconds.ToString("N0", CultureInfo.InvariantCulture);
        output.WriteLine($"   {what.PadRight(58)} {milliseconds.PadLeft(8)} ms");
    }

    public void Progress(string name, ProtocolTask task)
    {
        _shown[task.Id] = (name, task);
        if (isTerminal)
            output.Write($"\r   {string.Join("  ", _shown.Values.Select(shown => $"{shown.Name} {Bar(shown.Task)}"))}\e[K");
        else
            output.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"   task {task.Id} {name}: {TaskView.Name(task.Status)}, {task.Progress ?? 0:P0}"
                )
            );
    }

    /// <summary>Breaks the text into lines between words; its own line ends stay.</summary>
    public void Text(string text)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = "";
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > Width)
                {
                    output.WriteLine($"   {line}");
                    line = word;
                }
                else
                {
                    line = line.Length == 0 ? word : $"{line} {word}";
                }
            }

            output.WriteLine($"   {line}".TrimEnd());
        }
    }

    /// <summary>As it is, to be pasted.</summary>
    public void Verbatim(string text) => output.WriteLine(text);

    private void EraseProgress()
    {
        if (isTerminal && _shown.Count > 0)
            output.Write("\r\e[K");
        _shown.Clear();
    }

    private static string Bar(ProtocolTask task)
    {
        var filled = (int)(BarWidth * (task.Status == ProcessingStatus.Successful ? 1 : task.Progress ?? 0));
        return $"[{new string('#', filled)}{new string('.', BarWidth - filled)}]";
    }
}
